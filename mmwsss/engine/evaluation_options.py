"""Applying the options of tools/test.py to a config."""
import inspect
import os
from collections.abc import Mapping
from typing import Any

from mmengine.config import Config, ConfigDict
from mmseg.registry import DATASETS, METRICS

from mmwsss.utils.errors import InputError
from mmwsss.utils.output import require_folder

from .config import say


def visualize(cfg: Config, show: bool, show_dir: str | None, wait_time: float) -> None:
    """Visualize every prediction, or none: visualization takes much longer than the test itself.

    Args:
        cfg: the run's config, changed in place.
        show: visualize in a window.
        show_dir: folder for visualizations.
        wait_time: seconds that each window stays.

    Raises:
        InputError: the config has no visualizer or no visualization hook.
    """
    hooks = cfg.get('default_hooks') or ConfigDict()
    if not (show or show_dir):
        hooks.pop('visualization', None)
        return
    if not hooks.get('visualization') or not cfg.get('visualizer'):
        raise InputError(f'{cfg.filename} has no visualizer or no visualization hook. Add '
                         "default_hooks.visualization=dict(type='SegVisualizationHook') and a visualizer, or omit "
                         '--show and --show-dir.')
    hooks.visualization.update(draw=True, interval=1)  # MMSeg 1.2 keeps an interval of 50 in tests
    if hooks.visualization.type in ('SegVisualizationHook', 'mmseg.SegVisualizationHook'):
        hooks.visualization.type = 'mmseg.NumberedVisualizationHook'
    if show:
        hooks.visualization.update(show=True, wait_time=wait_time)
    if show_dir:
        cfg.visualizer.save_dir = show_dir
    if cfg.get('launcher', 'none') != 'none':
        say(cfg, 'note: only the first process visualizes its share of the images. To visualize all, use one process.')


def augment(cfg: Config) -> None:
    """Wrap the model in the config's test-time augmentation.

    Args:
        cfg: the run's config, changed in place.

    Raises:
        InputError: the config has no test-time augmentation.
    """
    if not cfg.get('tta_model') or not cfg.get('tta_pipeline'):
        raise InputError(f'{cfg.filename} has no tta_model and tta_pipeline. Add them, or omit --tta.')
    cfg.test_dataloader.dataset.pipeline = cfg.tta_pipeline
    cfg.model = dict(**cfg.tta_model, module=cfg.model)


def add_prediction_writer(cfg: Config, folder: str) -> tuple[str, ...]:
    """Write the predicted label maps, as every tool does: palette PNGs with the data set's own ids.

    The config's first metric that can write them does it, if it is one of this project, since it may refine them
    (`CRFIoUMetric`); else a `PseudoLabelWriter` is added.

    Args:
        cfg: the run's config, changed in place.
        folder: output folder; one PNG per image, by its path below the folder of images.

    Returns:
        The folders of images, which name the files of samples without `img_id`.

    Raises:
        InputError: the folder cannot be written.
    """
    require_folder(folder)
    folders = image_folders(cfg.test_dataloader.dataset)
    settings = dict(output_dir=folder, **(dict(image_dirs=folders) if folders else {}))
    evaluators = cfg.get('test_evaluator') or []
    evaluators = [evaluators] if isinstance(evaluators, dict) else list(evaluators)
    for evaluator in evaluators:
        kind = evaluator['type']
        kind = METRICS.get(kind) if isinstance(kind, str) else kind
        if 'output_dir' in inspect.signature(kind).parameters:
            writes = getattr(kind, 'writes_labels', False)
            evaluators += [] if writes else [dict(type='PseudoLabelWriter')]
            (evaluator if writes else evaluators[-1]).update(settings)
            break
    else:
        evaluators.append(dict(type='PseudoLabelWriter', **settings))
    cfg.test_evaluator = evaluators
    return folders


def image_folders(dataset: Mapping[str, Any]) -> tuple[str, ...]:
    """The folders of images of a data set and of those that it wraps.

    Args:
        dataset: its config.
    """
    inner = [dataset[key] for key in ('dataset', 'datasets') if key in dataset]
    if inner:
        parts = inner[0] if isinstance(inner[0], list | tuple) else [inner[0]]
        return tuple(dict.fromkeys(folder for part in parts for folder in image_folders(part)))
    prefix = dataset.get('data_prefix') or {}
    kind = DATASETS.get(dataset['type']) if isinstance(dataset.get('type'), str) else dataset.get('type')
    if not prefix and kind is not None:
        parameters = inspect.signature(kind).parameters
        prefix = getattr(parameters.get('data_prefix'), 'default', None)
    place = prefix.get('img_path') if isinstance(prefix, Mapping) else None
    return (os.path.join(dataset.get('data_root') or '', place), ) if place is not None else ()
