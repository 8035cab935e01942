"""Converting checkpoint files released by other projects into files that MMEngine loads."""
import inspect
import os
from pathlib import Path

import numpy as np
import torch
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from torch import Tensor

from mmwsss.engine.checkpoints import read_checkpoint, weights_of, write_checkpoint
from mmwsss.engine.config import read_config, require_parts
from mmwsss.utils.errors import InputError

from . import converter_of
from .mxnet_params import is_mxnet_params, read_mxnet_params


def convert_file(source: str,
                 checkpoint: str | os.PathLike,
                 out: str | os.PathLike,
                 config: str | None = None,
                 force: bool = False,
                 codebook: str | os.PathLike | None = None) -> int:
    """Convert `checkpoint` and write it to `out`.

    Args:
        source: a key of `SOURCES`.
        checkpoint: the released file, written by PyTorch or, for ImageNet weights of ResNet38, by MXNet.
        out: the converted file, `{'state_dict': ..., 'meta': {}}`.
        config: a config whose model must load the result strictly before it is written.
        force: overwrite `out`.
        codebook: `.npy` file of the words, where they are not in the checkpoint (VWL-M).

    Returns:
        The number of tensors written.

    Raises:
        InputError: the source is unknown, the file belongs to another model (the message lists the differences), `out`
            exists, or `codebook` cannot be read or is not for this source.
    """
    converter = converter_of(source)
    if Path(out).exists() and not force:
        raise InputError(f'{out} already exists. Choose another name, or overwrite it with --force.')
    more: dict[str, Tensor] = {}
    if codebook is not None:
        if 'codebook' not in inspect.signature(converter).parameters:
            raise InputError(f'Checkpoints of {source} have no separate codebook. Omit --codebook {codebook}.')
        more['codebook'] = read_codebook(codebook)
    mxnet = is_mxnet_params(checkpoint)
    released = read_mxnet_params(checkpoint) if mxnet else weights_of(read_checkpoint(checkpoint))
    try:
        state = converter(released, **more)
    except InputError as error:
        own = next((name for name in released if name.startswith('backbone.')), '')
        remedy = f' It has {own}: a checkpoint for MMSegmentation needs no conversion.' if own else ''
        error.args = (f'{checkpoint}: {error}{remedy}', )
        raise
    if config is not None:
        check_fits(state, config)
    write_checkpoint(out, state)
    return len(state)


def read_codebook(path: str | os.PathLike) -> Tensor:
    """Read words `(K, C)` or `(K, C, 1, 1)` from a `.npy` file of numbers.

    Raises:
        InputError: the file is missing, damaged, or no array of at least two dimensions.
    """
    try:
        with open(path, 'rb') as file:
            words = np.lib.format.read_array(file, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise InputError(f'{path} cannot be read as a codebook ({error}). Give a .npy file of numbers, (words, '
                         'channels).') from error
    if words.ndim < 2 or not np.issubdtype(words.dtype, np.floating):
        raise InputError(f'{path} has an array {words.shape} of {words.dtype}, not a codebook (words, channels).')
    return torch.from_numpy(words.astype(np.float32))


def check_fits(state: dict[str, Tensor], config: str) -> None:
    """Load `state` strictly into the model of a config.

    Args:
        state: name -> tensor.
        config: path of the config.

    Raises:
        InputError: the config cannot be read, or the weights do not fit (with PyTorch's list of differences).
    """
    cfg = read_config(config)
    require_parts(cfg, 'model')
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    try:
        MODELS.build(cfg.model).load_state_dict(state)
    except (RuntimeError, InputError) as error:  # the latter from a part that says more, e.g. a codebook
        raise InputError(f'The converted checkpoint does not fit the model of {config}: {error}') from error
