"""Refined CAMs against masks."""
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mmwsss.pipeline.network import Network
from mmwsss.pipeline.plan import Plan
from mmwsss.pipeline.stage import Call, Output, panel_title
from mmwsss.registry import STAGES

from .curve import CurveStage

if TYPE_CHECKING:
    from mmwsss.pipeline.report_images import Panels, ReportImages

CURVE = 'walk_curve'  # name of the curve's files


@STAGES.register_module()
class RefinerCurve(CurveStage):
    """Refine CAMs and measure them at every background threshold with `tools/test.py`.

    Args:
        name: of the stage.
        network: stage that trains the refiner; a `CAMIoUMetric` must be among its test evaluators.
        cams: stage with the CAM files.
    """
    tool = 'test.py'
    title = 'Refined CAMs against masks, at every threshold'
    label = 'Pseudo labels'
    measured = 'Refined CAM'

    def __init__(self, name: str, network: str, cams: str) -> None:
        self.refiner, self.cams = network, cams
        super().__init__(name, [network, cams])

    def reader(self, plan: Plan) -> Network:
        return plan.network(self.refiner)

    def output(self, plan: Plan) -> Output:
        return Output(self.folder(plan) / f'{CURVE}.json')

    def call(self, plan: Plan) -> Call:
        network, folder = plan.network(self.refiner), str(self.folder(plan))
        evaluator = network.evaluator('CAMIoUMetric')
        options = plan.fill({**network.options, 'test_dataloader.dataset.cam_dir': plan.output(self.cams),
                             f'{evaluator}.out_dir': folder, f'{evaluator}.name': CURVE})
        inputs = plan.inputs(network, ('model', 'test_dataloader', 'test_evaluator'), (network, 'test'),
                             checkpoint=plan.mark(self.refiner), cams=plan.mark(self.cams))
        return Call([network.path, plan.output(self.refiner), '--work-dir', folder], options, inputs)

    def check(self, plan: Plan) -> None:
        from mmwsss.pipeline.image_lists import require_masks
        require_masks(plan.network(self.refiner))
        plan.require_images(self, plan.network(self.refiner), 'test', self.cams)

    def panels(self, plan: Plan, images: 'ReportImages') -> 'dict[str, Panels]':
        cfg, cams = plan.config(plan.network(self.refiner)), plan.stages[self.cams].output(plan)
        return {panel_title(self.name): images.refined(cfg, plan.output(self.refiner), cams)}

    def threshold_curve(self, plan: Plan) -> tuple[str, Mapping[str, Any]]:
        return panel_title(self.name), self._curve(plan)
