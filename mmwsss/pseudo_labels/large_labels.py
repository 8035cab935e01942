"""Label maps of large images, without the class scores of all their pixels at once."""
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

VALUES = 2 ** 24  # scores that are held at once: 64 MB


def labels_at(scores: Tensor, size: Sequence[int], classes: Sequence[int] | None = None,
              values: int = VALUES) -> Tensor:
    """The best class of each pixel of scores that are resized bilinearly, stripe by stripe.

    Equal to `F.interpolate(scores[None], size, mode='bilinear', align_corners=False)[0].argmax(0)` up to rounding.

    Args:
        scores: `(C, h, w)`.
        size: height and width of the result.
        classes: those to choose from; all by default.
        values: the most scores that are held at once.

    Returns:
        `(H, W)` int64.
    """
    chosen = torch.arange(len(scores)) if classes is None else torch.tensor(sorted(classes))
    chosen = chosen.to(scores.device)
    scores = scores[chosen].float()
    height, width = size
    place = ((torch.arange(height, device=scores.device) + 0.5) * (scores.shape[1] / height) - 0.5).clamp(min=0)
    above = place.long().clamp(max=scores.shape[1] - 1)
    below, share = (above + 1).clamp(max=scores.shape[1] - 1), (place - above).float()
    labels = torch.empty((height, width), dtype=torch.int64, device=scores.device)
    rows = max(values // (len(scores) * width), 1)
    for start in range(0, height, rows):
        part = slice(start, start + rows)
        weight = share[part, None]
        stripe = scores[:, above[part]] * (1 - weight) + scores[:, below[part]] * weight
        stripe = F.interpolate(stripe[None], size=(stripe.shape[1], width), mode='bilinear', align_corners=False)[0]
        labels[part] = chosen[stripe.argmax(dim=0)]
    return labels
