"""Building a checked runner from a config."""
from collections.abc import Sequence

from mmengine.config import Config
from mmengine.dataset import BaseDataset
from mmengine.dist import get_world_size
from mmengine.registry import RUNNERS
from mmengine.runner import Runner
from torch import nn

from mmwsss.utils.errors import InputError
from mmwsss.utils.output import require_folder

from .checkpoint_loaders import load_all_safely
from .checkpoints import find_resumable, is_local, read_checkpoint, require_fit, unwrapped
from .classes import require_classes_of_checkpoint, require_equal_classes, require_heads
from .config import require_parts, say
from .decode_head_levels import require_decode_head_levels
from .distributed import prepare_distributed
from .hooks import CheckInvalidLossHook
from .initial_weights import require_own_weights
from .mixed_precision import require_autocast
from .part_places import require_places
from .preflight import build_datasets, levels_named, require_initial_weights, try_images
from .runner_adapter import hand_over
from .training_steps import require_steps


def choose_checkpoint(cfg: Config, resume: bool, options: dict | None = None) -> None:
    """Decide which checkpoint a training run starts from, and print it.

    The order is: `load_from` on the command line; with `resume`, the latest checkpoint in the work_dir; the config's
    own `load_from`, which only initialises the weights. If there is nothing to resume from, `cfg.resume` becomes
    False.

    Args:
        cfg: from :func:`load_config`; `resume` and `load_from` are set.
        resume: resume weights, optimizer, schedule and epoch, like `resume=True` in the config.
        options: from `--cfg-options`.

    Raises:
        InputError: a local checkpoint is missing, unreadable, or contains only weights although it should be resumed.
    """
    cfg.resume = bool(resume or cfg.get('resume'))
    if cfg.resume and 'load_from' not in (options or {}):
        latest = find_resumable(cfg.work_dir)
        if latest is None:
            cfg.resume = False
            say(cfg, f'{cfg.work_dir} contains no checkpoint to resume from; starting from scratch.')
        else:
            cfg.load_from = str(latest)
    if is_local(cfg.get('load_from')):
        checkpoint = read_checkpoint(cfg.load_from)
        if cfg.resume and not {'meta', 'message_hub'} <= checkpoint.keys():
            raise InputError(f'{cfg.load_from} contains only weights, so a run cannot resume from it. Omit --resume to '
                             'start from its weights.')
    if cfg.resume:
        say(cfg, f'Resuming from {cfg.load_from}')


def build_runner(cfg: Config, loops: Sequence[str], strict: bool) -> Runner:
    """Check data, initial weights, work_dir, launcher and, with `strict`, the checkpoint file; then build the runner.

    From here on, MMEngine also reads checkpoints safely.

    Args:
        cfg: from :func:`load_config`.
        loops: loops that will run, see :func:`~mmwsss.engine.preflight.build_datasets`.
        strict: the weights of a local `load_from` must match the model exactly; else those that match are enough.

    Returns:
        The runner, with the checked datasets.

    Raises:
        InputError: data, checkpoint or launcher do not fit, or the work_dir cannot be created.
    """
    require_parts(cfg, 'model')
    load_all_safely()
    checkpoint = None
    if strict and is_local(cfg.get('load_from')):
        checkpoint = read_checkpoint(cfg.load_from)
    if 'train' in loops:
        require_initial_weights(cfg)
    datasets = build_datasets(cfg, loops)
    classes = require_equal_classes(datasets, cfg.filename)
    require_places(cfg.get('model'), cfg.filename)
    require_heads(cfg.get('model'), classes, cfg.filename)
    # Before the runner sets the seed: random steps of the pipeline then change no training.
    tried = {loop: try_images(dataset) for loop, dataset in datasets.items() if 'train' in datasets}
    require_folder(cfg.work_dir)
    prepare_distributed(cfg)
    with levels_named(cfg.model):
        runner = RUNNERS.build(cfg) if 'runner_type' in cfg else Runner.from_cfg(cfg)
    hand_over(datasets, runner)
    model = unwrapped(runner.model)
    require_autocast(model)
    require_decode_head_levels(model, cfg.filename)
    if 'train' in datasets:
        _let_check(model, datasets['train'], tried['train'])
    if 'train' in loops:
        runner.register_hook(CheckInvalidLossHook())
    if 'train' in loops and 'train' in datasets:
        require_steps(cfg, len(datasets['train']), get_world_size())
    if checkpoint is not None:
        require_fit(runner.model, checkpoint, cfg.load_from)
        if getattr(model, 'knows_classes', True):
            require_classes_of_checkpoint(checkpoint, classes, cfg.load_from)
    elif 'train' in loops:
        require_own_weights(model, cfg.get('load_from'))
    return runner


def _let_check(model: nn.Module, dataset: BaseDataset, samples: list) -> None:
    """Let a model with `check_dataset(dataset)` or `check_samples(data_samples)` check what it would be trained on.

    Args:
        model: without wrappers.
        dataset: of the training.
        samples: some samples of it; none where its pipeline makes none.
    """
    check_dataset, check_samples = getattr(model, 'check_dataset', None), getattr(model, 'check_samples', None)
    if check_dataset is not None:
        check_dataset(dataset)
    if samples and check_samples is not None:
        check_samples(samples)


def resume_hint(work_dir: str) -> str:
    """How to resume an interrupted training run."""
    latest = find_resumable(work_dir)
    if latest is None:
        return f'{work_dir} contains no checkpoint yet: run the same command to start again.'
    return f'To resume from {latest}, run the same command with --resume.'
