"""A local refinement that smooths scores, whatever the image.

In a config: `dict(type='MeanRefinement', radius=3)`.
"""
import torch.nn.functional as F
from torch import Tensor

from mmwsss.models import LocalRefinement
from mmwsss.registry import LOCAL_REFINEMENTS


@LOCAL_REFINEMENTS.register_module()
class MeanRefinement(LocalRefinement):
    """Each score becomes the mean of its square neighbourhood.

    Args:
        radius: the square has `2 * radius + 1` pixels a side.
        **kwargs: see `LocalRefinement`.
    """

    def __init__(self, radius: int = 1, **kwargs) -> None:
        super().__init__(**kwargs)
        self.radius = radius

    def refine(self, image: Tensor, scores: Tensor) -> Tensor:
        """See `LocalRefinement`; the border has fewer neighbours."""
        side = 2 * self.radius + 1
        return F.avg_pool2d(scores[None], side, stride=1, padding=self.radius, count_include_pad=False)[0]
