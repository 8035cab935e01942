"""The masks that a segmentor predicts for training images."""
from collections.abc import Mapping
from typing import Any

from mmwsss.pipeline.plan import Plan
from mmwsss.pipeline.refinement import refinement_words, require_refinement
from mmwsss.pipeline.stage import Call
from mmwsss.registry import STAGES
from mmwsss.utils.errors import InputError

from .files import FileStage


@STAGES.register_module()
class Masks(FileStage):
    """Write what a segmentor predicts for training images with `tools/make_masks.py`, as labels of another one.

    Args:
        name: of the stage.
        network: stage that trains the segmentor.
        images_of: network (a stage or a config) whose training list names the images; by default the segmentor.
        tta: predict with the config's test-time augmentation.
        refine: config of a local refinement of the probabilities, e.g. `dict(type='DenseCRF', steps=5)`.
    """
    tool = 'make_masks.py'
    title = 'Masks that the network predicts for training images'

    def __init__(self, name: str, network: str, images_of: str | None = None, tta: bool = False,
                 refine: Mapping[str, Any] | None = None) -> None:
        if refine is not None and not (isinstance(refine, Mapping) and 'type' in refine):
            raise InputError(f"refine={refine!r} must be a local refinement, e.g. dict(type='DenseCRF', steps=5).")
        self.segmentor, self.reader, self.tta, self.refine = network, images_of or network, tta, refine
        super().__init__(name, [network])

    def call(self, plan: Plan) -> Call:
        network, reader = plan.network(self.segmentor), plan.network(self.reader)
        arguments = [network.path, plan.output(self.segmentor), '--out', str(self.folder(plan)), *reader.list_option()]
        parts, others = ['model', 'test_dataloader'], dict[str, Any](checkpoint=plan.mark(self.segmentor))
        if self.tta:
            arguments.append('--tta')
            parts += ['tta_model', 'tta_pipeline']
        if self.refine:
            arguments += ['--refine', *refinement_words(self.refine)]
            others['refine'] = dict(self.refine)
        return Call(arguments, plan.fill(network.options),
                    plan.inputs(network, tuple(parts), (reader, 'train'), **others))

    def check(self, plan: Plan) -> None:
        network = plan.network(self.segmentor)
        if self.tta and not (network.cfg.get('tta_model') and network.cfg.get('tta_pipeline')):
            raise InputError(f'The stage {self.name} has tta=True, but {network.path} has no tta_model and '
                             'tta_pipeline. Add them, or set tta=False.')
        if self.refine:
            require_refinement(self.refine, self.name)
        plan.images(plan.network(self.reader), 'train')
