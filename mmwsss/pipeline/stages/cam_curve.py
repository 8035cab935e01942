"""CAM files against masks."""
from collections.abc import Mapping
from typing import Any

from mmwsss.engine.masks import has_masks
from mmwsss.pipeline.network import Network
from mmwsss.pipeline.plan import Plan
from mmwsss.pipeline.stage import Call, Output, panel_title
from mmwsss.registry import STAGES

from .curve import CurveStage


@STAGES.register_module()
class CAMCurve(CurveStage):
    """Measure CAM files at every background threshold with `tools/evaluate_cams.py`.

    Args:
        name: of the stage.
        cams: stage with the CAM files.
        config: network (a stage or a config) whose test data set has the masks.
    """
    tool = 'evaluate_cams.py'
    title = 'CAM files against masks, at every threshold'
    parallel = False
    measured = 'CAM'

    def __init__(self, name: str, cams: str, config: str) -> None:
        self.cams, self.config = cams, config
        self.label = panel_title(cams).replace('cams', 'CAMs')  # 'seed CAMs' beside 'CAMs'
        super().__init__(name, [cams])

    def network(self, plan: Plan) -> Network:
        return plan.network(self.config)

    reader = network

    def output(self, plan: Plan) -> Output:
        return Output(self.folder(plan) / 'cam_curve.json')

    def call(self, plan: Plan) -> Call:
        network = self.network(plan)
        inputs = plan.inputs(network, ('test_dataloader.dataset', ), (network, 'test'), cams=plan.mark(self.cams))
        return Call([network.path, '--cams', plan.output(self.cams), '--out', str(self.folder(plan))],
                    plan.fill(network.options), inputs)

    def check(self, plan: Plan) -> None:
        network = self.network(plan)
        if has_masks(network.cfg.test_dataloader.dataset):
            from mmwsss.pipeline.image_lists import require_mask_files
            require_mask_files(network, self.name)
        plan.require_images(self, network, 'test', self.cams)

    def threshold_curve(self, plan: Plan) -> tuple[str, Mapping[str, Any]]:
        return panel_title(self.cams), self._curve(plan)
