"""Global cue injection (GCI) of 1-Stage: deep features modulate shallow ones."""
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor

from .conv_norm import conv_norm

NORM = dict(type='BN')


class GlobalCueInjection(BaseModule):
    """Shallow features that know what is in the image.

    Araslanov, Roth: Single-Stage Semantic Segmentation from Image Labels, CVPR 2020, section 3.4. The maximum over the
    image of projected deep features gives a scale and a shift for each channel of the normalised shallow features:
    `relu(x * (1 + scale) + shift)`, as in adaptive instance normalisation.

    Args:
        shallow_channels: of the shallow features.
        deep_channels: of the deep features.
        channels: of the result.
        norm_cfg: of all norms; that of the shallow features has no scale and shift of its own.
    """

    def __init__(self, shallow_channels: int, deep_channels: int, channels: int, norm_cfg: dict = NORM) -> None:
        super().__init__()
        self.deep = conv_norm(deep_channels, 2 * channels, 1, norm_cfg)
        self.shallow = conv_norm(shallow_channels, channels, 1, dict(norm_cfg, affine=False), relu=False)
        self.out = conv_norm(channels, channels, 1, norm_cfg)

    def forward(self, shallow: Tensor, deep: Tensor) -> Tensor:
        """Modulate shallow features.

        Args:
            shallow: `(N, shallow_channels, h, w)`.
            deep: `(N, deep_channels, h', w')`, of any size.

        Returns:
            `(N, channels, h, w)`, at least 0.
        """
        scale, shift = self.deep(deep).amax(dim=(2, 3), keepdim=True).chunk(2, dim=1)
        return self.out(F.relu(self.shallow(shallow) * (scale + 1) + shift))
