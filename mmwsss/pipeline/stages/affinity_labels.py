"""The labels that a refiner learns affinities from."""
from collections.abc import Sequence

from mmwsss.pipeline.plan import Network, Plan
from mmwsss.pipeline.stage import Call
from mmwsss.registry import LOCAL_REFINEMENTS, STAGES
from mmwsss.utils.errors import InputError

from .files import FileStage

MARGIN = 0.15  # of the thresholds around the label-free threshold


@STAGES.register_module()
class AffinityLabels(FileStage):
    """Write confident labels from CAM files with `tools/make_ir_labels.py`.

    Args:
        name: of the stage.
        cams: stage with the CAM files.
        config: network (a stage or a config) whose training data set has the images.
        thresholds: (foreground, background), or the name of a stage that measured the CAMs: its label-free
            threshold plus and minus 0.15.
    """
    tool = 'make_ir_labels.py'
    title = 'Confident labels for the refiner'
    parallel = False  # the tool has worker processes of its own

    def __init__(self, name: str, cams: str, config: str, thresholds: Sequence[float] | str = (0.30, 0.05)) -> None:
        if not isinstance(thresholds, str) and not (
                len(thresholds) == 2 and 0 <= thresholds[1] <= thresholds[0] < 1):
            raise InputError(f'thresholds={thresholds!r} must be (foreground, background) with 0 <= background <= '
                             'foreground < 1.')
        self.cams, self.reader, self.thresholds = cams, config, thresholds
        super().__init__(name, [cams, thresholds if isinstance(thresholds, str) else None])

    def network(self, plan: Plan) -> Network:
        return plan.network(self.reader)

    def call(self, plan: Plan) -> Call:
        network = self.network(plan)
        foreground, background = self._thresholds(plan)
        inputs = plan.inputs(network, ('train_dataloader.dataset', ), (network, 'train'), cams=plan.mark(self.cams),
                             thresholds=[foreground, background])
        arguments = [network.path, '--out', str(self.folder(plan)), '--cams', plan.output(self.cams),
                     '--fg-thr', str(foreground), '--bg-thr', str(background)]
        return Call(arguments, plan.fill(network.options), inputs)

    def check(self, plan: Plan) -> None:
        from mmwsss.engine.ir_labels import refinement_settings
        LOCAL_REFINEMENTS.build(refinement_settings(self.network(plan).cfg)).check()
        plan.require_images(self, self.network(plan), 'train', self.cams)

    def _thresholds(self, plan: Plan) -> list[float | str]:
        if not isinstance(self.thresholds, str):
            return list(self.thresholds)
        auto = plan.figure(self.thresholds, 'auto_thr')
        if isinstance(auto, str):
            return [f'<{auto} {sign} {MARGIN}>' for sign in '+-']
        return [round(min(max(auto + margin, 0.01), 0.99), 2) for margin in (MARGIN, -MARGIN)]
