"""The labels that a segmentor learns from."""
import inspect
from collections.abc import Mapping
from numbers import Real
from typing import Any

from mmwsss.pipeline.plan import Plan
from mmwsss.pipeline.stage import Call
from mmwsss.registry import LOCAL_REFINEMENTS, STAGES
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
        crf: `True` to refine the labels by a DenseCRF, or its settings.
    """
    tool = 'make_pseudo_labels.py'
    title = 'Pseudo labels for the segmentor'

    def __init__(self, name: str, network: str, cams: str, threshold: float | str = 0.25,
                 images_of: str | None = None, crf: bool | Mapping[str, Any] = False) -> None:
        measured = threshold.rpartition('.')[0] if isinstance(threshold, str) else ''
        if not measured and (not isinstance(threshold, Real) or isinstance(threshold, bool) or not 0 <= threshold < 1):
            raise InputError(f"threshold={threshold!r} must be a number in [0, 1), or 'STAGE.best_thr' or "
                             "'STAGE.auto_thr'.")
        if not isinstance(crf, bool | Mapping):
            raise InputError(f'crf={crf!r} must be True, False, or a dictionary of settings.')
        self.refiner, self.cams, self.threshold = network, cams, threshold
        self.reader, self.crf = images_of or network, crf
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
        if self.crf is not False:
            others['crf'] = {} if self.crf is True else dict(self.crf)
            arguments += ['--crf', *(f'{key}={value}' for key, value in others['crf'].items())]
        return Call(arguments, plan.fill(network.options),
                    plan.inputs(network, ('model', 'test_dataloader'), (reader, 'train'), **others))

    def check(self, plan: Plan) -> None:
        from mmwsss.pseudo_labels import dense_crf_labels
        if self.crf is not False:
            settings = {} if self.crf is True else dict(self.crf)
            known = list(inspect.signature(dense_crf_labels).parameters)[3:]  # after image, labels, num_labels
            unknown = set(settings) - set(known)
            if unknown:
                raise InputError(f'The stage {self.name} sets crf.{", crf.".join(sorted(unknown))}. The settings are '
                                 f'{", ".join(known)}.')
            LOCAL_REFINEMENTS.build(dict(type='DenseCRF', **settings)).check()
        plan.require_images(self, plan.network(self.reader), 'train', self.cams)
