"""What a head is given."""
from typing import NamedTuple

from torch import Tensor


class Features(NamedTuple):
    """All that `CAMClassifier` knows about a batch of `N` images at one scale.

    Attributes:
        image: `(N, 3, H, W)` normalised input of the backbone.
        levels: `(N, C_l, h_l, w_l)` maps of the backbone, one for each of its `out_indices`, finest first.
        pooled: `(N, C)` vector that the neck makes of the last level, or None in a model without a neck.
        labels: `(N, L)` multi-hot labels of the images, where they are known when maps are predicted
            (`test_cfg.labels='gt'`), for a head that depends on them; else None. A loss gets labels by its samples.
    """
    image: Tensor
    levels: tuple[Tensor, ...]
    pooled: Tensor | None = None
    labels: Tensor | None = None
