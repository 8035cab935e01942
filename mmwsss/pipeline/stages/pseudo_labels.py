"""The labels that a segmentor learns from."""
from collections.abc import Mapping
from numbers import Real
from typing import Any

from mmwsss.pipeline.plan import Plan
from mmwsss.pipeline.refinement import refinement_words, require_refinement
from mmwsss.pipeline.stage import Call
from mmwsss.registry import STAGES
from mmwsss.utils.errors import InputError

from .files import FileStage


@STAGES.register_module()
class PseudoLabels(FileStage):
    """Write refined CAMs as label maps with `tools/make_pseudo_labels.py`.

    Args:
        name: of the stage.
        network: stage that trains the refiner.
        cams: stage with the CAM files.
        threshold: background threshold, or `'STAGE.best_thr'` or `'STAGE.auto_thr'`: the best or the label-free
            threshold that a stage measured.
        images_of: network (a stage or a config) whose training list names the images; by default the refiner.
        refine: config of a local refinement of the labels, e.g. `dict(type='DenseCRF', steps=5)`.
    """
    tool = 'make_pseudo_labels.py'
    title = 'Pseudo labels for the segmentor'

    def __init__(self, name: str, network: str, cams: str, threshold: float | str = 0.25,
                 images_of: str | None = None, refine: Mapping[str, Any] | None = None) -> None:
        measured, _, key = threshold.rpartition('.') if isinstance(threshold, str) else ('', '', '')
        number = isinstance(threshold, Real) and not isinstance(threshold, bool) and 0 <= threshold < 1
        if not number and not (measured and key in ('best_thr', 'auto_thr')):
            raise InputError(f"threshold={threshold!r} must be a number in [0, 1), or 'STAGE.best_thr' or "
                             "'STAGE.auto_thr'.")
        if refine is not None and not (isinstance(refine, Mapping) and 'type' in refine):
            raise InputError(f"refine={refine!r} must be a local refinement, e.g. dict(type='DenseCRF', steps=5).")
        self.refiner, self.cams, self.threshold = network, cams, threshold
        self.reader, self.refine = images_of or network, refine
        super().__init__(name, [network, cams, measured])

    def call(self, plan: Plan) -> Call:
        network, reader = plan.network(self.refiner), plan.network(self.reader)
        threshold = self.threshold
        if isinstance(threshold, str):
            stage, _, key = threshold.rpartition('.')
            threshold = plan.figure(stage, key)
        arguments = [network.path, plan.output(self.refiner), '--out', str(self.folder(plan)), '--cams',
                     plan.output(self.cams), '--bg-thr', str(threshold), *reader.list_option()]
        others: dict[str, Any] = dict(cams=plan.mark(self.cams), threshold=threshold,
                                      checkpoint=plan.mark(self.refiner))
        if self.refine:
            others['refine'] = dict(self.refine)
            arguments += ['--refine', *refinement_words(self.refine)]
        return Call(arguments, plan.fill(network.options),
                    plan.inputs(network, ('model', 'test_dataloader'), (reader, 'train'), **others))

    def check(self, plan: Plan) -> None:
        if self.refine:
            require_refinement(self.refine, self.name)
        plan.require_images(self, plan.network(self.reader), 'train', self.cams)
