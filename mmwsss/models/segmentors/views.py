"""The views of a training batch that a head compares, named by `train_cfg.views`."""
from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor

from mmwsss.utils.errors import InputError


def check_views(views: Sequence[dict]) -> Sequence[dict]:
    """Return `views` if :func:`make_view` can make each of them.

    Raises:
        InputError: there is no view, or one has an unknown key or a scale that is not above 0.
    """
    if not isinstance(views, list | tuple) or not views:
        raise InputError(f'CAMClassifier: train_cfg.views={views!r} must be a list of at least one view, e.g. '
                         '[dict(), dict(scale=0.3)].')
    for view in views:
        if not isinstance(view, dict) or set(view) - {'scale'}:
            raise InputError(f'CAMClassifier: train_cfg.views has {view!r}. A view is dict(), the input itself, or '
                             'dict(scale=...).')
        scale = view.get('scale', 1)
        if not isinstance(scale, int | float) or not 0 < scale < float('inf'):
            raise InputError(f'CAMClassifier: train_cfg.views has scale={scale!r}. A scale must be a number above 0.')
    return views


def make_view(inputs: Tensor, scale: float = 1.0) -> Tensor:
    """Resize a batch as SEAM does (Wang et al., CVPR 2020): bilinear, corners aligned, sizes rounded down.

    Args:
        inputs: `(N, 3, H, W)`.
        scale: factor of height and width, above 0; 1 returns the input itself.

    Returns:
        `(N, 3, H', W')`, each side at least 1.
    """
    if scale == 1:
        return inputs
    size = [max(int(side * scale), 1) for side in inputs.shape[2:]]
    return F.interpolate(inputs, size=size, mode='bilinear', align_corners=True)
