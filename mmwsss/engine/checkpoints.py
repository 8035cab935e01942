"""Checkpoints: safe reading, strict loading, finding the latest one of a run."""
import io
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.model import BaseTTAModel, is_model_wrapper
from mmengine.runner import find_latest_checkpoint
from torch import Tensor, nn

from mmwsss.utils.atomic import atomic_path
from mmwsss.utils.errors import InputError

from .checkpoint_file import load_safely

SHOWN = 10  # number of names in a message


def read_checkpoint(path: str | os.PathLike, lazy: bool = True) -> dict:
    """Read a checkpoint on the CPU without running code in it.

    Args:
        path: a local file written by `torch.save`.
        lazy: leave tensors in the file until they are used; the file must not change meanwhile.

    Returns:
        MMEngine's dictionary with `state_dict` (and, from a training run, `meta`, `optimizer`, ...), or a bare state
        dict.

    Raises:
        InputError: the file is missing, not a checkpoint, or contains arbitrary Python objects.
    """
    path = Path(path).expanduser()
    if path.is_dir():
        raise InputError(f'{path} is a folder, not a checkpoint. Give the path of a .pth file.')
    if not path.is_file():
        raise InputError(f'There is no checkpoint {path}. Give the path of a .pth file.')
    try:
        content = load_safely(path, lazy)
    except Exception as error:  # torch may raise anything
        raise InputError(f'{path} is not a checkpoint that can be read safely ({_reason(error)}). Give a .pth file of '
                         'tensors, for example one written by tools/train.py.') from error
    if not isinstance(content, dict) or not weights_of(content):
        raise InputError(f'{path} contains no weights. Give a .pth file, for example one written by tools/train.py.')
    return content


def is_local(path: str | None) -> bool:
    """Whether a checkpoint is a local file; MMEngine also supports URLs such as torchvision://."""
    return '://' not in path if path else False


def write_checkpoint(path: str | os.PathLike, weights: Mapping[str, Tensor],
                     meta: Mapping[str, Any] | None = None) -> None:
    """Write a checkpoint in one step.

    Args:
        path: of the file.
        weights: name -> tensor.
        meta: what else is known of them.

    Raises:
        InputError: the file cannot be written; a full disk stays an `OSError`.
    """
    content = io.BytesIO()  # by itself torch.save reports a full disk as a position of its zip file
    torch.save(dict(state_dict=dict(weights), meta=dict(meta or {})), content)
    with atomic_path(path) as temporary:
        temporary.write_bytes(content.getbuffer())


def weights_of(checkpoint: dict) -> dict[str, Tensor]:
    """The weights in a checkpoint by name, without the prefix that DataParallel adds."""
    weights = checkpoint.get('state_dict', checkpoint)
    if not isinstance(weights, dict):
        return {}
    return {
        re.sub(r'^module\.', '', name): value
        for name, value in weights.items() if isinstance(name, str) and isinstance(value, Tensor)
    }


def unwrapped(model: nn.Module) -> nn.Module:
    """The network inside the wrappers for distributed runs and test-time augmentation."""
    while is_model_wrapper(model) or isinstance(model, BaseTTAModel):
        model = model.get_submodule('module')
    return model


def load_what_fits(model: nn.Module, checkpoint: dict, path: str | Path) -> tuple[list[str], list[str]]:
    """Load the weights of a checkpoint that the model has too.

    Args:
        model: with or without wrappers for distributed runs or test-time augmentation.
        checkpoint: from :func:`read_checkpoint`.
        path: its file, for the message.

    Returns:
        The names of weights that the checkpoint lacks, and of those that the model lacks.

    Raises:
        InputError: a part of the model refuses its weights, e.g. a codebook of another size.
        RuntimeError: other weights have another shape.
    """
    try:
        return unwrapped(model).load_state_dict(weights_of(checkpoint), strict=False)
    except InputError as error:
        raise InputError(f'{path}: {error}') from error


def require_fit(model: nn.Module, checkpoint: dict, path: str | Path, new: Sequence[str] = ()) -> None:
    """Load a checkpoint's weights into a model; all names and shapes must match.

    Args:
        model: with or without wrappers for distributed runs or test-time augmentation.
        checkpoint: from :func:`read_checkpoint`.
        path: its file, for the message.
        new: what names of weights start with that may be missing.

    Raises:
        InputError: weights are missing, unexpected or of another shape; the message names the first ten of each. Or
            some are no numbers.
    """
    model = unwrapped(model)
    weights = weights_of(checkpoint)
    reshaped: list[str] = []
    try:
        missing, unexpected = load_what_fits(model, checkpoint, path)
    except RuntimeError:  # shapes differ
        own = model.state_dict()
        missing, unexpected = sorted(own.keys() - weights.keys()), sorted(weights.keys() - own.keys())
        reshaped = [
            f'{name} ({_shape(weights[name])}, the model has {_shape(own[name])})'
            for name in own if name in weights and own[name].shape != weights[name].shape
        ]
    # Checkpoints from before PyTorch 1.0 lack these counters, which nothing reads.
    missing = [name for name in missing if not name.endswith('num_batches_tracked')]
    missing = [name for name in missing if not name.startswith(tuple(new))]
    lists = (('not in the checkpoint', missing), ('not in the model', unexpected),
             ('of another shape', reshaped))
    if any(names for _, names in lists):
        found = '\n'.join(_listing(title, sorted(names)) for title, names in lists if names)
        raise InputError(f'{path} does not fit this model:\n{found}\nUse the checkpoint and config of the same model.')
    broken = broken_weights(model)
    if broken:
        raise InputError(f'{path}: {len(broken)} weights have infinite or NaN values, the first is '
                         f'{broken[0]}. The training diverged, or the file is damaged. Use another checkpoint.')


def broken_weights(model: nn.Module) -> list[str]:
    """Names of the parameters that hold infinite values or NaN, and of the buffers that hold NaN.

    Infinite values in buffers are good: some masks have them.
    """
    infinite = [name for name, parameter in model.named_parameters() if not parameter.isfinite().all()]
    return infinite + [name for name, buffer in model.named_buffers() if buffer.isnan().any()]


def find_resumable(work_dir: str | Path) -> Path | None:
    """The latest readable checkpoint of a training run, or None if there is none.

    MMEngine records the full path of the latest one in the file `last_checkpoint`. The folder may have been moved or
    copied since, so the file of that name in `work_dir` comes first. If it is missing or truncated, the readable
    checkpoint with the highest epoch or iteration is taken; one without the optimizer's state, such as MMEngine's best
    one, only where there is no other.

    Args:
        work_dir: folder of the run to resume.
    """
    work_dir = Path(work_dir)
    candidates = sorted((path for path in work_dir.glob('*.pth') if re.search(r'_\d+$', path.stem)),
                        key=lambda path: int(path.stem.rpartition('_')[2]), reverse=True)
    if (work_dir / 'last_checkpoint').is_file():
        noted = Path(find_latest_checkpoint(str(work_dir)))
        candidates.insert(0, work_dir / noted.name)
        if _is_of_out_dir(noted, work_dir):
            candidates.append(noted)
    return next((path for parts in (('optimizer', ), ()) for path in candidates if _is_resumable(path, parts)), None)


def _is_of_out_dir(noted: Path, work_dir: Path) -> bool:
    """Whether CheckpointHook wrote to another folder on purpose (`out_dir`).

    Such a folder has the name of the work_dir and no `last_checkpoint`. With one, it belongs to another run, from
    which this work_dir was copied.
    """
    return noted.parent.name == work_dir.resolve().name and not (noted.parent / 'last_checkpoint').exists()


def _is_resumable(path: Path, parts: Sequence[str]) -> bool:
    """Whether a training run can resume from this file, and it has further parts."""
    try:
        return {'meta', 'message_hub', *parts} <= read_checkpoint(path).keys()
    except InputError:
        return False


def _reason(error: Exception) -> str:
    """torch's reason, without its advice to load the file unsafely."""
    if isinstance(error, KeyError):  # it tells the first byte only
        return 'it is damaged or no file of PyTorch'
    text = str(error).partition('WeightsUnpickler error: ')[2] or str(error)
    return text.strip().partition('\n')[0].partition('. ')[0] or type(error).__name__


def _shape(tensor: Tensor) -> str:
    return 'x'.join(map(str, tensor.shape)) or 'a number'


def _listing(title: str, names: list[str]) -> str:
    more = f', and {len(names) - SHOWN} more' if len(names) > SHOWN else ''
    return f'  {len(names)} {title}: {", ".join(names[:SHOWN])}{more}'
