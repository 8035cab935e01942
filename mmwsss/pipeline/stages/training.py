"""The training of a network."""
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmwsss.engine.options import flat_options, option_text
from mmwsss.engine.training_steps import require_steps
from mmwsss.pipeline.network import Network
from mmwsss.pipeline.plan import Plan
from mmwsss.pipeline.stage import FIGURE, OUTPUT, Call, Output, Stage
from mmwsss.registry import STAGES
from mmwsss.utils.errors import InputError
from mmwsss.utils.provenance import file_mark

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from mmwsss.pipeline.report_images import Panels, ReportImages

NOT_TRAINED_BY = ('test_', 'val_', 'tta_')  # settings with these names do not change what a training computes
OF_TESTS = ('test_cfg', 'val_cfg')  # nor do these of the model


@STAGES.register_module()
class Training(Stage):
    """Train a network with `tools/train.py`; the output is its last checkpoint.

    Args:
        name: of the stage.
        config: of the network.
        labels: stage that writes the label maps it learns from; `None` for those of the config.
        options: of `--cfg-options`, with dotted keys or as dictionaries; `{stage}` in a text stands for the output of
            that stage, e.g. its checkpoint, and `{stage.figure}` for a figure of it.
        show: whether the report shows what the network predicts.
        title: of the stage.
    """
    tool = 'train.py'
    resume = ('--resume', )
    makes_checkpoint = True
    trains = True

    def __init__(self, name: str, config: str, labels: str | None = None, options: Mapping[str, Any] | None = None,
                 show: bool = True, title: str = 'Training') -> None:
        if options is not None and not isinstance(options, Mapping):
            raise InputError(f'options={options!r} must be a dictionary, e.g. '
                             "{'train_dataloader.batch_size': 16}.")
        self.config, self.labels, self.show, self.title = config, labels, show, title
        self.options = flat_options(options or {})
        self.places = [found for value in self.options.values() for found in re.findall(OUTPUT, str(value))]
        figures = [found[1] for value in self.options.values() if (found := re.fullmatch(FIGURE, str(value)))]
        super().__init__(name, [labels, *self.places, *figures])

    def network(self, plan: Plan) -> Network:
        network = plan.load(self.config, self.options, made_labels=self.labels is not None)
        missing = [key for key in ('model', 'train_cfg') if not network.cfg.get(key)]
        if missing:
            raise InputError(f'{network.path} has no {missing[0]}, so it describes no training. Use a config that '
                             'does.')
        for loop in ('train', 'test', *(['val'] if network.cfg.get('val_dataloader') else [])):
            network.require_dataset(loop)
        return network

    def output(self, plan: Plan) -> Output:
        loop = self.network(plan).cfg.train_cfg
        name = f'epoch_{loop.max_epochs}' if loop.get('max_epochs') else f'iter_{loop.max_iters}'
        return Output(self.folder(plan) / f'{name}.pth')

    def call(self, plan: Plan) -> Call:
        network = self.network(plan)
        cfg, options = network.cfg, plan.fill(self.options)
        others: dict[str, Any] = {f'output of {place}': plan.mark(place) for place in self.places}
        if self.labels:
            options['train_dataloader.dataset.seg_map_dir'] = option_text(plan.output(self.labels))
            others['labels'] = plan.mark(self.labels)
        batches = {'train_dataloader.batch_size': cfg.train_dataloader.batch_size}
        for index, hook in enumerate(cfg.get('custom_hooks') or []):
            if 'dataloader' in hook:
                batches[f'custom_hooks.{index}.dataloader.batch_size'] = hook['dataloader']['batch_size']
        parts = tuple(key for key in cfg if not key.startswith(NOT_TRAINED_BY))
        if not plan.dry:
            others['weights'] = [file_mark(path) for path in _local_weights(cfg)]
        return Call([network.path, '--work-dir', str(self.folder(plan))], options,
                    plan.inputs(network, parts, (network, 'train'), OF_TESTS, **others), batches)

    def resumed(self, call: Call) -> Call:
        """Resume from the run's own checkpoint; initial weights of the command line would come before it."""
        if 'load_from' not in call.options:
            return super().resumed(call)
        from mmwsss.engine.checkpoints import find_resumable
        if find_resumable(call.arguments[call.arguments.index('--work-dir') + 1]) is None:
            return call  # nothing was saved: it starts again from the initial weights
        return super().resumed(replace(call, options={
            key: value for key, value in call.options.items() if key != 'load_from'}))

    def check(self, plan: Plan) -> None:
        from mmwsss.engine.preflight import require_initial_weights
        network = self.network(plan)
        for loop in ('train', 'val', 'test'):
            if network.cfg.get(f'{loop}_dataloader'):
                plan.images(network, loop)
        require_steps(network.cfg, len(plan.images(network, 'train')))
        if self.labels:
            plan.require_images(self, network, 'train', self.labels)
        try:
            require_initial_weights(network.cfg, [f'{{{place}}}' for place in self.places])
        except InputError as error:
            raise InputError(f'The stage {self.name} lacks its initial weights. {error} In a pipeline, its options set '
                             "it; '{classifier}' stands for the checkpoint of the stage classifier.") from error

    def work(self, plan: Plan) -> int:
        network = self.network(plan)
        loop = network.cfg.train_cfg
        if loop.get('max_epochs'):
            return loop.max_epochs * len(plan.images(network, 'train'))
        return loop.max_iters * network.cfg.train_dataloader.batch_size

    def set_seed(self, seed: int) -> None:
        self.options['randomness.seed'] = seed

    def plots(self, plan: Plan) -> Iterator[tuple[str, str, 'Figure']]:
        from mmwsss.pipeline.losses import read_losses
        from mmwsss.visualization.figures import curve_figure
        losses = read_losses(self.folder(plan))
        if losses:
            yield 'Training', self.name, curve_figure(losses, 'iteration', 'loss')

    def panels(self, plan: Plan, images: 'ReportImages') -> 'dict[str, Panels]':
        return images.predictions(plan.config(self.network(plan)), plan.output(self.name)) if self.show else {}


def _local_weights(cfg: Mapping[str, Any]) -> Iterator[str]:
    """The files of this machine that a training starts from."""
    from mmwsss.engine.preflight import initial_weights
    for _, path in initial_weights(cfg):
        if Path(path).expanduser().is_file():
            yield str(Path(path).expanduser())
