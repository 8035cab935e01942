"""Statistics of a classifier's visual words: how many are used, how sharp they are, what Eq. 12 changes."""
from typing import Any

import torch
from mmseg.structures import SegDataSample
from torch import Tensor, nn

from mmwsss.utils.errors import InputError


def word_head(model: nn.Module) -> Any:
    """Find the head with visual words in a model: `VWEHead`, also as the base of another head.

    Raises:
        InputError: the model has none.
    """
    for part in model.modules():
        if hasattr(part, 'word_map') and hasattr(part, 'encoder'):
            return part
    raise InputError('The model has no visual words. Use a config whose head is a VWEHead.')


@torch.no_grad()
def measure_words(head: Any, feat: Tensor, labels: Tensor) -> dict[str, Tensor]:
    """Measure the words in images.

    Args:
        head: see :func:`word_head`.
        feat: features `(N, C, h, w)` that it encodes.
        labels: multi-hot image labels `(N, L)`; class maps and word maps of the labelled classes count. All of these
            are 0 in an image without labels.

    Returns:
        Name -> `(N,)`: `present` words that are the most probable one at any pixel; `entropy` of a pixel's words,
        nats, mean over pixels; `largest` probability of a pixel, mean; `class_max` and `word_max` maxima of class map
        and word map, mean over classes; `word_gap`, how much the word map varies; `changed`, the share of pixels where
        the word map is larger, so that Eq. 12 takes it.
    """
    feat = feat.to(head.classifier.weight.dtype)  # outside of autocast
    words = head.encoder.encode(feat)
    presence = torch.zeros_like(words[:, :, 0, 0]).scatter_(1, words.argmax(dim=1).flatten(1), 1.0)
    kept = (labels > 0.5).to(feat.device)
    classes = head.classifier(feat).relu().float().flatten(2)
    seen_through = head.word_map(feat).float().flatten(2)

    def over_classes(values: Tensor) -> Tensor:
        return (values * kept).sum(dim=1) / kept.sum(dim=1).clamp(min=1)

    return dict(
        present=presence.sum(dim=1),
        entropy=torch.special.entr(words).sum(dim=1).mean(dim=(1, 2)),
        largest=words.amax(dim=1).mean(dim=(1, 2)),
        class_max=over_classes(classes.amax(dim=2)),
        word_max=over_classes(seen_through.amax(dim=2)),
        word_gap=over_classes(seen_through.amax(dim=2) - seen_through.amin(dim=2)),
        changed=over_classes((seen_through > classes).float().mean(dim=2)))


def loss_gradients(head: Any, features: Any, data_samples: list[SegDataSample]) -> dict[str, Tensor]:
    """Gradients of each of the head's losses, which say how much a loss changes the backbone.

    Args:
        head: see :func:`word_head`, in eval mode.
        features: the head's `Features` of `N` images, computed with gradients.
        data_samples: N samples with `gt_score` `(L,)`.

    Returns:
        Name of the loss -> its gradient on the last level, `(N, C, h, w)`; zeros for a loss that does not reach it.
    """
    feat = features.levels[-1]
    losses = {name: loss for name, loss in head.loss([features], data_samples).items() if 'loss' in name}
    found = {name: torch.autograd.grad(loss, feat, retain_graph=True, allow_unused=True)[0]
             for name, loss in losses.items() if loss.requires_grad}
    return {name: torch.zeros_like(feat) if grad is None else grad for name, grad in found.items()}


@torch.no_grad()
def word_cosines(head: Any) -> Tensor:
    """Cosines of all pairs of different codewords, `(K (K - 1),)`."""
    codewords = nn.functional.normalize(head.encoder.codebook().float(), dim=1)
    return (codewords @ codewords.t())[~torch.eye(len(codewords), dtype=torch.bool, device=codewords.device)]
