"""Labels of boundaries from label maps that are confident in parts.

Chen, Wu, Fu, Han, Zhang: Weakly Supervised Semantic Segmentation with Boundary Exploration (BES), ECCV 2020: where two
classes fill a window in nearly equal parts, its centre lies on a boundary.
"""
import torch
import torch.nn.functional as F
from torch import Tensor

from mmwsss.utils.errors import InputError

from .ir_label import IGNORE

BACKGROUND, OBJECT, BOUNDARY = range(3)  # inside of the background, inside of an object, on a boundary


def boundary_label(labels: Tensor,
                   window: int = 13,
                   inner_share: float = 0.6,
                   inner_lead: float = 0.2,
                   boundary_share: float = 0.3,
                   boundary_gap: float = 0.1,
                   between_objects: bool = True) -> Tensor:
    """Find pixels on boundaries and pixels that are surely on none.

    `b` is the share of the background and `f1 >= f2` the two largest shares of foreground classes among the pixels of
    the window around a pixel; ignored pixels belong to no class, and pixels outside of the image do not count.

    - Inside of the background: `b > inner_share` and `b - f1 >= inner_lead`.
    - Inside of an object: `f1 > inner_share` and `f1 - b >= inner_lead`.
    - On a boundary, whatever the above: `min(b, f1) > boundary_share` and `|b - f1| < boundary_gap`; with
      `between_objects` also `f2 > boundary_share` and `f1 - f2 < boundary_gap`.

    Args:
        labels: `(H, W)` integers in 0..255: 0 background, 255 ignored.
        window: side of the square window, an odd number of pixels. Along a straight edge the shares differ by
            `1 / window` at least, so with the default gap a window needs 11 pixels to find one.
        inner_share: an inner pixel's class has a larger share than this.
        inner_lead: and at least so much more than the others.
        boundary_share: both classes at a boundary have a larger share than this.
        boundary_gap: and differ by less than this.
        between_objects: also find boundaries between two foreground classes. The paper has those of the background
            alone; the authors' program, with the published figures, has both.

    Returns:
        `(H, W)` uint8: 0 inside of the background, 1 inside of an object, 2 on a boundary, 255 none of them.

    Raises:
        InputError: the labels or a setting do not fit.
    """
    if labels.dim() != 2 or labels.is_floating_point() or not labels.numel():
        raise InputError(f'Labels of {labels.dtype} and shape {tuple(labels.shape)} are no label map. Pass integers '
                         '(H, W).')
    check_window(window)
    shares, pixels = _counts(labels, window)
    background, foreground = shares[0], shares[1:]
    first, second = F.pad(foreground, (0, 0, 0, 0, 0, max(2 - len(foreground), 0))).topk(2, dim=0).values
    # Numbers of pixels are compared, not shares: they are exact.
    share, lead, part, gap = (value * pixels for value in (inner_share, inner_lead, boundary_share, boundary_gap))
    result = torch.full_like(labels, IGNORE, dtype=torch.uint8)
    result[(background > share) & (background - first >= lead)] = BACKGROUND
    result[(first > share) & (first - background >= lead)] = OBJECT
    on_boundary = (torch.minimum(background, first) > part) & ((background - first).abs() < gap)
    if between_objects:
        on_boundary |= (second > part) & (first - second < gap)
    result[on_boundary] = BOUNDARY
    return result


def check_window(window: int) -> None:
    """Check that a window has a centre.

    Raises:
        InputError: its side is even or below 1.
    """
    if window < 1 or window % 2 == 0:
        raise InputError(f'window={window} must be an odd number of pixels, e.g. 13.')


def _counts(labels: Tensor, window: int) -> tuple[Tensor, Tensor]:
    """Pixels of each class in the window `(1 + K, H, W)`, the background first, and all pixels of it `(H, W)`."""
    classes = labels.unique()
    classes = classes[(classes != 0) & (classes != IGNORE)]
    classes = torch.cat([classes.new_zeros(1), classes])
    masks = torch.cat([labels == classes[:, None, None], torch.ones_like(labels, dtype=torch.bool)[None]])
    sums, middle = masks.float()[None], window // 2
    for size, padding in (((window, 1), (middle, 0)), ((1, window), (0, middle))):
        sums = F.avg_pool2d(sums, size, stride=1, padding=padding, divisor_override=1)
    return sums[0, :-1].double(), sums[0, -1].double()
