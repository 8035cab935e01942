"""A head that pools class scores instead of features.

In the config: `model = dict(neck=None, head=dict(type='LSEHead', num_classes=20, in_channels=2048))`.
"""
import math

from mmseg.registry import MODELS
from torch import Tensor

from mmwsss.models import CAMHead, Features


@MODELS.register_module()
class LSEHead(CAMHead):
    """A `CAMHead` whose logits are the log-sum-exp of the scores of all pixels.

    Pinheiro, Collobert: From Image-level to Pixel-level Labeling with Convolutional Networks, CVPR 2015. With `n`
    pixels, `logit = log(sum(exp(r * score)) / n) / r`: the mean for small `r`, the maximum for large `r`.

    Args:
        sharpness: `r`, above 0.
        **kwargs: see `CAMHead`.
    """

    def __init__(self, sharpness: float = 4.0, **kwargs) -> None:
        super().__init__(**kwargs)
        self.sharpness = sharpness

    def logits(self, features: Features) -> Tensor:
        """Logits `(N, L)` of the last level `(N, C, h, w)`; `CAMHead` computes the loss from them."""
        scores = self.classifier(features.levels[-1]).float().flatten(2)  # (N, L, h * w)
        return ((self.sharpness * scores).logsumexp(dim=2) - math.log(scores.shape[2])) / self.sharpness
