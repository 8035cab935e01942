"""A backbone that returns given feature maps, whatever the image: the golden maps of networks stand in its place."""
from collections.abc import Sequence

from mmseg.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class GivenMaps(nn.Module):
    """Returns `levels`; set them before each call."""

    levels: Sequence[Tensor] = ()

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        return tuple(self.levels)
