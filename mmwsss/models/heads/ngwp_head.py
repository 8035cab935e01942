"""A classifier whose classes compete in each pixel (1-Stage's pooling)."""
from typing import Any

from mmseg.registry import MODELS
from torch import Tensor

from mmwsss.models.features import Features
from mmwsss.models.necks.ngwp import NGWP, with_background
from mmwsss.utils.errors import InputError

from .cam_head import CAMHead


@MODELS.register_module()
class NGWPHead(CAMHead):
    """A `CAMHead` that pools class scores by :class:`NGWP`; use it without a neck.

    Araslanov, Roth: Single-Stage Semantic Segmentation from Image Labels, CVPR 2020. The loss is `CAMHead`'s; with its
    default it is the mean binary cross entropy, which is the release's `MultiLabelSoftMarginLoss`.

    Args:
        power: of the focal penalty, see :func:`focal_penalty`.
        offset: of the penalty.
        bg_logit: logit of the background in every pixel.
        **kwargs: see `CAMHead`.

    Raises:
        InputError: a setting is out of range, or `drop_ratio` is set, which needs a pooled vector.
    """
    reads_pooled = False  # CAMClassifier refuses a neck

    def __init__(self, power: float = 3.0, offset: float = 0.01, bg_logit: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if self.drop_ratio:
            raise InputError(f'NGWPHead: drop_ratio={self.drop_ratio} has no effect, because scores are pooled, not '
                             'features. Remove it.')
        self.pool = NGWP(power, offset, bg_logit)

    def logits(self, features: Features) -> Tensor:
        """Return the pooled scores `(N, L)` of the last level `(N, C, h, w)`."""
        return self.pool(self.classifier(features.levels[-1]))

    def cam(self, features: Features) -> Tensor:
        """Return the probabilities of the classes in each pixel, `(N, L, h, w)` in [0, 1]: the masks of nGWP."""
        scores = with_background(self.classifier(features.levels[-1]), self.pool.bg_logit)
        return scores.float().softmax(dim=1)[:, 1:].to(scores.dtype)
