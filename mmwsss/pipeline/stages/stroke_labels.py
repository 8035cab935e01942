"""Label maps from scribbles, points or boxes."""
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmwsss.pipeline.network import Network
from mmwsss.pipeline.plan import Plan
from mmwsss.pipeline.refinement import refinement_words, require_refinement
from mmwsss.pipeline.stage import Call
from mmwsss.registry import STAGES
from mmwsss.utils.errors import InputError
from mmwsss.utils.provenance import source_mark

from .files import FileStage


@STAGES.register_module()
class StrokeLabels(FileStage):
    """Turn scribbles, points or boxes into label maps with `tools/make_stroke_labels.py`.

    Args:
        name: of the stage.
        kind: of annotations, the name of a function in `ANNOTATIONS`.
        source: folder or file of the annotations, or several files of points; a relative path starts from the current
            folder.
        config: network (a stage or a config) whose training list names the images.
        settings: `width` of scribbles and points, or `method` and `refine` (config of a local refinement) of boxes.
    """
    tool = 'make_stroke_labels.py'
    title = 'Labels from strokes'
    parallel = False  # the tool has worker processes of its own

    def __init__(self, name: str, kind: str, source: str | Sequence[str], config: str,
                 settings: Mapping[str, Any] | None = None) -> None:
        sources = [source] if isinstance(source, str) else source
        if not (isinstance(sources, Sequence) and sources and all(isinstance(one, str) for one in sources)):
            raise InputError(f'source={source!r} must be a path or a list of paths.')
        self.kind, self.sources, self.reader = kind, list(sources), config
        self.settings = dict(settings or {})
        self.refine = self.settings.pop('refine', None)
        super().__init__(name)

    def network(self, plan: Plan) -> Network:
        return plan.network(self.reader)

    def call(self, plan: Plan) -> Call:
        network = self.network(plan)
        arguments = [network.path, self.kind, *self.sources, '--out', str(self.folder(plan))]
        for key, value in self.settings.items():
            arguments += [f'--{key}', str(value)]
        if self.refine:
            arguments += ['--refine', *refinement_words(self.refine)]
        marks = [] if plan.dry else [source_mark(source, ('.xml', '.png')) for source in self.sources]
        inputs = plan.inputs(network, ('train_dataloader.dataset', ), (network, 'train'), kind=self.kind, source=marks,
                             settings=self.settings, refine=self.refine)
        return Call(arguments, plan.fill(network.options), inputs)

    def check(self, plan: Plan) -> None:
        from mmwsss.engine.stroke_labels import require_kind
        try:
            require_kind(self.kind, [*self.settings, *(['refinement'] if self.refine else [])])
        except InputError as error:
            raise InputError(f'The stage {self.name}: {error}') from error
        missing = [source for source in self.sources if not Path(source).exists()]
        if missing:
            raise InputError(f'The stage {self.name} reads {self.kind} from {missing[0]}, which does not exist. '
                             'Correct the path in the config of the pipeline.')
        if self.refine:
            require_refinement(self.refine, self.name)
