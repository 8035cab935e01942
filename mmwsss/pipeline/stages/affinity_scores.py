"""The scores that AffinityNet learns from."""
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mmwsss.pipeline.label_free import thresholds_around
from mmwsss.pipeline.network import Network
from mmwsss.pipeline.plan import Plan
from mmwsss.pipeline.refinement import refinement_options, require_refinement
from mmwsss.pipeline.stage import Call
from mmwsss.registry import STAGES
from mmwsss.utils.errors import InputError

from .files import FileStage

if TYPE_CHECKING:
    from mmwsss.pipeline.report_images import Panels, ReportImages


@STAGES.register_module()
class AffinityScores(FileStage):
    """Write refined class scores of CAM files with `tools/make_affinity_scores.py`.

    Args:
        name: of the stage.
        cams: stage with the CAM files.
        config: network (a stage or a config) whose training data set has the images.
        alphas: powers of the strong and of the weak background, or the name of a stage that measured the CAMs: the
            powers whose backgrounds equal a class at its label-free threshold plus and minus 0.15. `{NAME.alpha}` in an
            option of a later stage is then the power for the threshold itself.
        refine: config of a local refinement of the scores, by default that of the network's config.
    """
    tool = 'make_affinity_scores.py'
    title = 'Scores for AffinityNet'
    suffix = '.npz'
    parallel = False  # the tool has worker processes of its own

    def __init__(self, name: str, cams: str, config: str, alphas: Sequence[float] | str = (4, 32),
                 refine: Mapping[str, Any] | None = None) -> None:
        if not isinstance(alphas, str) and (len(alphas) != 2 or not 0 < alphas[0] <= alphas[1]):
            raise InputError(f'alphas={alphas!r} must be (low, high) with 0 < low <= high, or the name of a stage that '
                             'measures the CAMs.')
        self.cams, self.reader, self.refine = cams, config, dict(refine or {})
        self.alphas = alphas if isinstance(alphas, str) else list(alphas)
        super().__init__(name, [cams, alphas if isinstance(alphas, str) else None])

    def network(self, plan: Plan) -> Network:
        return plan.network(self.reader)

    def call(self, plan: Plan) -> Call:
        network = self.network(plan)
        low, high = self._alphas(plan)
        inputs = plan.inputs(network, ('train_dataloader.dataset', ), (network, 'train'), cams=plan.mark(self.cams),
                             alphas=[low, high], refine=self._refinement(plan))
        arguments = [network.path, '--out', str(self.folder(plan)), '--cams', plan.output(self.cams),
                     '--low-alpha', str(low), '--high-alpha', str(high)]
        options = {**network.options, **refinement_options(self.refine, 'affinity_score_refinement')}
        return Call(arguments, plan.fill(options), inputs)

    def check(self, plan: Plan) -> None:
        require_refinement({'type': 'DenseCRF', **self._refinement(plan)}, self.name)
        plan.require_images(self, self.network(plan), 'train', self.cams)

    def panels(self, plan: Plan, images: 'ReportImages') -> 'dict[str, Panels]':
        return {}  # scores are no label maps

    def figures(self, plan: Plan) -> dict[str, float]:
        if not isinstance(self.alphas, str):
            return {}
        return dict(alpha=_power(plan.figure(self.alphas, 'auto_thr')))

    def _alphas(self, plan: Plan) -> list[Any]:
        if not isinstance(self.alphas, str):
            return self.alphas
        return [_power(threshold) for threshold in thresholds_around(plan, self.alphas)]

    def _refinement(self, plan: Plan) -> dict[str, Any]:
        """What the config and the stage change in the local refinement of the scores."""
        return {**(self.network(plan).cfg.get('affinity_score_refinement') or {}), **self.refine}


def _power(threshold: Any) -> Any:
    """The power for a threshold in (0, 1), with three digits; in a dry run its name."""
    from mmwsss.pseudo_labels.affinity_scores import background_power
    if isinstance(threshold, str):
        return f'<power for {threshold.strip("<>")}>'
    return float(f'{background_power(min(max(threshold, 0.01), 0.99)):.3g}')
