"""A training that cannot make a step is refused: MMEngine would end well, with an untrained checkpoint."""
import math
from typing import Any

from mmengine.config import Config

from mmwsss.utils.errors import InputError


def require_steps(cfg: Config, images: int, processes: int = 1) -> None:
    """Check that the loop has a length, and the loader a batch, both whole numbers.

    Args:
        cfg: with `train_dataloader` and `train_cfg`; loaders with a `batch_sampler` of their own are not checked.
        images: of the training list.
        processes: that share them.

    Raises:
        InputError: there are no images, fewer than a batch with `drop_last`, or the loop has no steps.
    """
    loop, loader = (cfg.get(key) or {} for key in ('train_cfg', 'train_dataloader'))
    for name, part, key in (('train_cfg', loop, 'max_epochs'), ('train_cfg', loop, 'max_iters'),
                            ('train_dataloader', loader, 'batch_size')):
        value: Any = part.get(key)
        if value is not None and not _is_count(value, loose=name == 'train_cfg'):
            raise InputError(f'{cfg.filename}: {name}.{key} must be a whole number of at least 1, got {value!r}.')
    if images < 1:
        raise InputError(f'{cfg.filename}: the training data set has no images. Correct its list.')
    if loader.get('batch_sampler') or str((loader.get('sampler') or {}).get('type', '')).endswith('InfiniteSampler'):
        return
    batch, share = loader.get('batch_size', 1), math.ceil(images / processes)
    if loader.get('drop_last') and share < batch:
        each = f' ({share} for each of {processes} processes)' if processes > 1 else ''
        raise InputError(f'{cfg.filename}: train_dataloader has batch_size={batch} and drop_last=True, but its data '
                         f'set only has {images} images{each}, fewer than a batch, so nothing would be trained. Set '
                         f'train_dataloader.batch_size={share} or less, or train_dataloader.drop_last=False.')


def _is_count(value: Any, loose: bool) -> bool:
    """Whether it is a whole number of at least 1; MMEngine's loops also take one like 2e4, which is `loose`."""
    whole = isinstance(value, int) or (loose and isinstance(value, float) and value.is_integer())
    return whole and value >= 1
