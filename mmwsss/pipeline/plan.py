"""From a pipeline's config to its stages: which tool, which config, which folders and thresholds."""
import functools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.evaluator import BaseMetric
from mmengine.registry import init_default_scope
from mmseg.evaluation import IoUMetric
from mmseg.registry import METRICS

from mmwsss.engine.options import option_text
from mmwsss.engine.output_folder import file_mark
from mmwsss.engine.runner import load_config, read_config
from mmwsss.evaluation import CAMIoUMetric
from mmwsss.utils.errors import InputError

from .classes import check_classes
from .image_lists import images_mark, read_images
from .settings import NETWORKS, check_settings, fill_places
from .stage import Stage, config_mark, read_record

NOT_TRAINED_BY = ('test_', 'val_', 'tta_')  # settings of these names do not change what a training computes
MARGIN = 0.15  # of ir_label_thr='auto' around the label-free threshold


@dataclass
class Plan:
    """A pipeline in a work dir; methods named after the stages describe them.

    Stages are described one by one because a later one may need a figure of an earlier one (a threshold); in a dry
    run `dry` puts the name of the figure in its place.

    Attributes:
        path: of the pipeline's config.
        configs: of the three networks, with the pipeline's options.
        paths: of the config files.
        options: of `--cfg-options`, by network.
        settings: the pipeline's own.
        work_dir: of the pipeline.
        dry: nothing was run.
    """
    path: str
    configs: dict[str, Config]
    paths: dict[str, str]
    options: dict[str, dict[str, Any]]
    settings: dict[str, Any]
    work_dir: Path
    dry: bool = False
    _images: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)

    def images(self, network: str, loop: str) -> list[dict[str, Any]]:
        """What a loop's data set knows of its images, see :func:`read_images`; it is read once."""
        if (network, loop) not in self._images:
            self._images[network, loop] = read_images(network, self.configs[network], loop)
        return self._images[network, loop]

    def stages(self) -> list[Callable[[], Stage]]:
        """Descriptions of all stages, in order."""
        last = [self.segmentor, self.evaluation] if 'segmentor' in self.configs else []
        last += [self.crf] if last and self.settings['crf'] else []
        return [self.classifier, self.cams, self.cam_quality, self.ir_labels, self.ir_label_quality, self.irnet,
                self.walk, self.pseudo_labels, self.pseudo_label_quality, *last, self.report]

    def checkpoint(self, network: str) -> Path:
        """The last checkpoint of a network's training."""
        loop = self.configs[network].train_cfg
        name = f'epoch_{loop.max_epochs}' if loop.get('max_epochs') else f'iter_{loop.max_iters}'
        return self.work_dir / network / f'{name}.pth'

    def classifier(self) -> Stage:
        """Training from image-level labels."""
        return self._training('classifier', {}, {})

    def cams(self) -> Stage:
        """CAM files of the images that the next stages train on."""
        return self._files('cams', 'make_cams.py', 'classifier', '.npz', self._list('irnet'), {})

    def cam_quality(self) -> Stage:
        """The CAM files against masks, at every threshold."""
        folder = self.work_dir / 'cam_quality'
        return self._measurement(
            'cam_quality', 'evaluate_cams.py', 'classifier', ['--cams', self._folder('cams'), '--out', str(folder)],
            folder / 'cam_curve.json', dict(cams=self._mark(self.cams)), lambda: self._curve('cam_quality'))

    def ir_labels(self) -> Stage:
        """The labels that IRNet learns from."""
        thresholds = self.settings['ir_label_thr']
        if thresholds == 'auto':
            auto = self._threshold('cam_quality', 'auto')
            thresholds = [f'<{auto} {sign} {MARGIN}>' if isinstance(auto, str) else
                          round(min(max(auto + (MARGIN if sign == '+' else -MARGIN), 0.01), 0.99), 2) for sign in '+-']
        arguments = ['--cams', self._folder('cams'), '--fg-thr', str(thresholds[0]), '--bg-thr', str(thresholds[1])]
        stage = self._files('ir_labels', 'make_ir_labels.py', 'irnet', '.png', arguments,
                            dict(cams=self._mark(self.cams), thresholds=list(thresholds)), with_checkpoint=False)
        stage.parallel = False  # it has its own processes
        return stage

    def ir_label_quality(self) -> Stage:
        """The IR labels against masks."""
        return self._label_quality('ir_label_quality', self.ir_labels)

    def irnet(self) -> Stage:
        """Training from IR labels."""
        return self._training('irnet', {'train_dataloader.dataset.seg_map_dir': option_text(self._folder('ir_labels'))},
                              dict(labels=self._mark(self.ir_labels)))

    def walk(self) -> Stage:
        """The random walk against masks, at every threshold."""
        folder = self.work_dir / 'walk'
        stage = self._test('walk', 'irnet', folder / 'walk_curve.json', {
            'test_dataloader.dataset.cam_dir': option_text(self._folder('cams')),
            f'{self._evaluator("irnet", CAMIoUMetric)}.out_dir': option_text(str(folder))
        }, lambda: self._curve('walk', 'walk_curve.json'))
        stage.inputs['cams'] = self._mark(self.cams)
        return stage

    def pseudo_labels(self) -> Stage:
        """The labels that the segmentor learns from."""
        threshold = self.settings['pseudo_label_thr']
        if threshold in ('best', 'auto'):
            threshold = self._threshold('walk', threshold, 'walk_curve.json')
        reader = 'segmentor' if 'segmentor' in self.configs else 'irnet'
        arguments = ['--cams', self._folder('cams'), '--bg-thr', str(threshold), *self._list(reader)]
        inputs = dict(cams=self._mark(self.cams), threshold=threshold)
        refine = self.settings['pseudo_label_crf']
        if refine is not False:
            inputs['crf'] = {} if refine is True else dict(refine)
            arguments += ['--crf', *(f'{key}={value}' for key, value in inputs['crf'].items())]
        return self._files('pseudo_labels', 'make_pseudo_labels.py', 'irnet', '.png', arguments, inputs, reader)

    def pseudo_label_quality(self) -> Stage:
        """The pseudo labels against masks."""
        return self._label_quality('pseudo_label_quality', self.pseudo_labels)

    def segmentor(self) -> Stage:
        """Training from pseudo labels."""
        labels = option_text(self._folder('pseudo_labels'))
        return self._training('segmentor', {'train_dataloader.dataset.seg_map_dir': labels},
                              dict(labels=self._mark(self.pseudo_labels)))

    def evaluation(self) -> Stage:
        """The segmentor on its test list."""
        result = self.work_dir / 'evaluation' / 'result.json'
        return self._test('evaluation', 'segmentor', result, {}, lambda: self._logged('evaluation'),
                          ['--json', str(result)])

    def crf(self) -> Stage:
        """The same with a DenseCRF on its probabilities."""
        result = self.work_dir / 'crf' / 'result.json'
        options = {f'{self._evaluator("segmentor", IoUMetric)}.type': 'CRFIoUMetric'}
        return self._test('crf', 'segmentor', result, options, lambda: self._logged('crf'), ['--json', str(result)])

    def report(self) -> Stage:
        """A page of tables, curves and images."""
        path = self.work_dir / 'report' / 'report.html'
        return Stage('report', 'make_report.py', [self.path, '--work-dir', str(self.work_dir), '--out', str(path)],
                     path.parent, (path, ''), self._outcomes(), dict, parallel=False)

    def _outcomes(self) -> dict[str, Any]:
        """What the stages before the report wrote and measured."""
        if self.dry:
            return {}
        records = {describe.__name__: read_record(self.work_dir / 'records' / f'{describe.__name__}.json')
                   for describe in self.stages()[:-1]}
        return {name: [record.get('output'), record.get('metrics')] for name, record in records.items() if record}

    def _training(self, network: str, options: dict[str, Any], inputs: dict[str, Any]) -> Stage:
        cfg = self.configs[network]
        for other in NETWORKS:  # whose checkpoint an option names
            if any(f'{{{other}}}' in str(value) for value in self.options[network].values()):
                inputs = dict(inputs, **{f'checkpoint of {other}': self._mark(getattr(self, other))})
        batches = {'train_dataloader.batch_size': cfg.train_dataloader.batch_size}
        for index, hook in enumerate(cfg.get('custom_hooks') or []):
            if 'dataloader' in hook:
                batches[f'custom_hooks.{index}.dataloader.batch_size'] = hook['dataloader']['batch_size']
        parts = tuple(key for key in cfg if not key.startswith(NOT_TRAINED_BY))
        inputs = dict(inputs, **{} if self.dry else dict(weights=[file_mark(path) for path in _local_weights(cfg)]))
        return Stage(
            network, 'train.py', [self.paths[network], '--work-dir', self._folder(network)], self.work_dir / network,
            (self.checkpoint(network), ''), self._inputs((network, 'train'), cfg, parts, inputs), dict,
            self._options(network, options), batches, resume=('--resume', ))

    def _files(self, name: str, tool: str, network: str, suffix: str, arguments: list[str], inputs: dict[str, Any],
               reader: str = 'irnet', with_checkpoint: bool = True) -> Stage:
        """A stage that writes a file for each image of the training list of `reader`."""
        checkpoint, parts = [], ('train_dataloader.dataset', )
        if with_checkpoint:
            checkpoint, parts = [str(self.checkpoint(network))], ('model', 'test_dataloader')
            inputs = dict(inputs, checkpoint=self._mark(getattr(self, network)))
        return Stage(name, tool, [self.paths[network], *checkpoint, '--out', self._folder(name), *arguments],
                     self.work_dir / name, (self.work_dir / name, suffix),
                     self._inputs((reader, 'train'), self.configs[network], parts, inputs), dict,
                     self._options(network, {}))

    def _test(self, name: str, network: str, result: Path, options: dict[str, Any],
              metrics: Callable[[], dict[str, float]], arguments: Sequence[str] = ()) -> Stage:
        arguments = [self.paths[network], str(self.checkpoint(network)), '--work-dir', self._folder(name), *arguments]
        inputs = dict(checkpoint=self._mark(getattr(self, network)))
        parts = ('model', 'test_dataloader', 'test_evaluator')
        return Stage(name, 'test.py', arguments, self.work_dir / name, (result, ''),
                     self._inputs((network, 'test'), self.configs[network], parts, inputs), metrics,
                     self._options(network, options))

    def _label_quality(self, name: str, labels: Callable[[], Stage]) -> Stage:
        result = self.work_dir / name / 'quality.json'
        arguments = ['--labels', self._folder(labels.__name__), '--json', str(result)]
        return self._measurement(name, 'evaluate_labels.py', 'irnet', arguments, result,
                                 dict(labels=self._mark(labels)), lambda: json.loads(result.read_text()))

    def _measurement(self, name: str, tool: str, network: str, arguments: list[str], result: Path,
                     inputs: dict[str, Any], metrics: Callable[[], dict[str, float]]) -> Stage:
        return Stage(name, tool, [self.paths[network], *arguments], self.work_dir / name, (result, ''),
                     self._inputs((network, 'test'), self.configs[network], ('test_dataloader.dataset', ), inputs),
                     metrics, self._options(network, {}), parallel=False)

    def _list(self, network: str) -> list[str]:
        """The option that names the list which a network trains on; an empty one stands for all images."""
        dataset = self.configs[network].train_dataloader.dataset
        listed = dataset.get('ann_file')
        return ['--list', str(Path(dataset.get('data_root') or '', listed)) if listed else '']

    def _evaluator(self, network: str, kind: type[BaseMetric]) -> str:
        """The key of a network's first evaluator of a kind."""
        evaluators = self.configs[network].get('test_evaluator') or []
        init_default_scope(self.configs[network].get('default_scope') or 'mmseg')
        single = isinstance(evaluators, dict)
        for index, evaluator in enumerate([evaluators] if single else evaluators):
            found = METRICS.get(evaluator['type']) if isinstance(evaluator['type'], str) else evaluator['type']
            if issubclass(found, kind):
                return 'test_evaluator' if single else f'test_evaluator.{index}'
        raise InputError(f'{self.paths[network]} has no {kind.__name__} among its test_evaluator. Add one: the '
                         'pipeline reads its figures.')

    def _folder(self, name: str) -> str:
        return str(self.work_dir / name)

    def _mark(self, describe: Callable[[], Stage]) -> str:
        """The mark of another stage's output."""
        return f'<output of {describe.__name__}>' if self.dry else describe().output_mark()

    def _inputs(self, images: tuple[str, str], cfg: Config, parts: Sequence[str],
                inputs: dict[str, Any]) -> dict[str, Any]:
        """Those parts of a config that decide the outputs, the images of a network's loop, and `inputs`."""
        if self.dry:
            return {}
        settings = {part: functools.reduce(lambda value, key: value[key], part.split('.'), cfg) for part in parts}
        if 'train_dataloader' in settings:  # of a training, which does not read how the model is tested
            settings['model'] = {key: value for key, value in cfg.model.items() if key not in ('test_cfg', 'val_cfg')}
        return dict(config=config_mark(settings), images=images_mark(self.images(*images)), **inputs)

    def _options(self, network: str, options: dict[str, Any]) -> dict[str, Any]:
        places = {name: str(self.checkpoint(name)) for name in self.configs}
        own = {key: option_text(fill_places(value, places)) for key, value in self.options[network].items()}
        return {**own, **options}

    def _curve(self, folder: str, name: str = 'cam_curve.json') -> dict[str, float]:
        curve = json.loads((self.work_dir / folder / name).read_text())
        return dict(mIoU=curve['best']['mIoU'], best_thr=curve['best']['thr'], mIoU_auto=curve['auto']['mIoU'],
                    auto_thr=curve['auto']['thr'])

    def _threshold(self, folder: str, which: str, name: str = 'cam_curve.json') -> float | str:
        return f'{which}_thr of {folder}' if self.dry else self._curve(folder, name)[f'{which}_thr']

    def _logged(self, name: str) -> dict[str, float]:
        return json.loads((self.work_dir / name / 'result.json').read_text())


def read_plan(path: str, work_dir: str | None = None, dry: bool = False) -> Plan:
    """Read a pipeline's config and those of its networks, and see that they fit together.

    Args:
        path: of the pipeline's config: `classifier`, `irnet`, `segmentor` are configs, relative to it (without
            a segmentor it ends with the pseudo labels);
            `ir_label_thr` is (foreground, background) or `'auto'`: the label-free threshold of the CAMs plus and
            minus 0.15; `pseudo_label_thr` is a number, `'best'` (of the masks of IRNet's test list) or `'auto'`;
            `pseudo_label_crf` (`True`, or settings) refines the pseudo labels by DenseCRF; `crf` adds a test with it;
            `network_options` holds `--cfg-options` by network, in which `{classifier}` stands for its checkpoint.
        work_dir: of the pipeline; by default `work_dirs/<name of the config>`.
        dry: for a dry run.

    Raises:
        InputError: a config is missing or damaged, a setting is unknown, or the networks' classes differ.
    """
    settings = dict(read_config(path))
    own = settings.pop('work_dir', None)
    settings = check_settings(settings, path)
    networks = [name for name in NETWORKS if name in settings]
    paths = {name: str(Path(path).parent / settings[name]) for name in networks}
    options = {name: dict(settings['network_options'].get(name, {})) for name in networks}
    configs = {name: load_config(paths[name], options[name]) for name in networks}
    check_classes(configs, paths)
    return Plan(path, configs, paths, options, settings, Path(work_dir or own or f'./work_dirs/{Path(path).stem}'), dry)


def _local_weights(cfg: Config) -> Iterator[str]:
    """The files here from which a training starts."""
    for value in (cfg.get('load_from'), *_checkpoints(cfg.model)):
        if isinstance(value, str) and Path(value).is_file():
            yield value


def _checkpoints(settings: Any) -> Iterator[Any]:
    """What `init_cfg` anywhere in a model's config names."""
    if isinstance(settings, dict):
        yield settings.get('checkpoint')
        settings = list(settings.values())
    if isinstance(settings, list | tuple):
        for value in settings:
            yield from _checkpoints(value)
