"""Applying the options of tools/test.py to a config."""
import inspect

from mmengine.config import Config, ConfigDict
from mmseg.registry import METRICS

from mmwsss.utils.errors import InputError


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
    if show:
        hooks.visualization.update(show=True, wait_time=wait_time)
    if show_dir:
        cfg.visualizer.save_dir = show_dir


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


def add_prediction_writer(cfg: Config, folder: str) -> None:
    """Write the predicted label maps, with the config's first metric that has `output_dir`, else with `IoUMetric`.

    Args:
        cfg: the run's config, changed in place.
        folder: output folder; one PNG per image, with the image's name.
    """
    evaluators = cfg.get('test_evaluator') or []
    evaluators = [evaluators] if isinstance(evaluators, dict) else list(evaluators)
    for evaluator in evaluators:
        kind = evaluator['type']
        kind = METRICS.get(kind) if isinstance(kind, str) else kind
        if 'output_dir' in inspect.signature(kind).parameters:
            evaluator['output_dir'] = folder
            break
    else:
        evaluators.append(dict(type='IoUMetric', format_only=True, output_dir=folder))
    cfg.test_evaluator = evaluators
