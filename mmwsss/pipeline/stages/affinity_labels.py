"""Confident labels, e.g. for a refiner that learns from pairs of pixels."""
from collections.abc import Mapping, Sequence
from typing import Any

from mmwsss.pipeline.label_free import thresholds_around
from mmwsss.pipeline.network import Network
from mmwsss.pipeline.plan import Plan
from mmwsss.pipeline.refinement import refinement_options, require_refinement
from mmwsss.pipeline.stage import Call
from mmwsss.registry import STAGES
from mmwsss.utils.errors import InputError

from .files import FileStage


@STAGES.register_module()
class AffinityLabels(FileStage):
    """Write the confident pixels of CAM files as label maps with `tools/make_ir_labels.py`; others become 255.

    IRNet and BES learn from them (AffinityNet from `AffinityScores`), and AMN, or a segmentor without refinement.

    Args:
        name: of the stage.
        cams: stage with the CAM files.
        config: network (a stage or a config) whose training data set has the images.
        thresholds: (foreground, background), or the name of a stage that measured the CAMs: its label-free
            threshold plus and minus 0.15.
        refine: config of a local refinement of the seeds, by default that of the network's config.
    """
    tool = 'make_ir_labels.py'
    title = 'Confident labels for the refiner'
    parallel = False  # the tool has worker processes of its own

    def __init__(self, name: str, cams: str, config: str, thresholds: Sequence[float] | str = (0.30, 0.05),
                 refine: Mapping[str, Any] | None = None) -> None:
        if not isinstance(thresholds, str) and not (
                len(thresholds) == 2 and 0 <= thresholds[1] <= thresholds[0] < 1):
            raise InputError(f'thresholds={thresholds!r} must be (foreground, background) with 0 <= background <= '
                             'foreground < 1.')
        self.cams, self.reader, self.thresholds, self.refine = cams, config, thresholds, dict(refine or {})
        super().__init__(name, [cams, thresholds if isinstance(thresholds, str) else None])

    def network(self, plan: Plan) -> Network:
        return plan.network(self.reader)

    def call(self, plan: Plan) -> Call:
        network = self.network(plan)
        foreground, background = (thresholds_around(plan, self.thresholds) if isinstance(self.thresholds, str) else
                                  self.thresholds)
        inputs = plan.inputs(network, ('train_dataloader.dataset', ), (network, 'train'), cams=plan.mark(self.cams),
                             thresholds=[foreground, background], refine=self._refinement(plan),
                             **{key: network.cfg[key] for key in ('ir_label_max_size', ) if key in network.cfg})
        arguments = [network.path, '--out', str(self.folder(plan)), '--cams', plan.output(self.cams),
                     '--fg-thr', str(foreground), '--bg-thr', str(background)]
        options = {**network.options, **refinement_options(self.refine, 'ir_label_refinement')}
        return Call(arguments, plan.fill(options), inputs)

    def check(self, plan: Plan) -> None:
        require_refinement(self._refinement(plan), self.name)
        plan.require_images(self, self.network(plan), 'train', self.cams)

    def _refinement(self, plan: Plan) -> dict[str, Any]:
        """The local refinement of the seeds, as the tool will build it."""
        own = self.network(plan).cfg.get('ir_label_refinement') or {}
        return {'type': 'DenseCRF', **own, **self.refine}
