"""PAMR as a local refinement."""
from collections.abc import Sequence

from torch import Tensor

from mmwsss.pseudo_labels import pamr
from mmwsss.registry import LOCAL_REFINEMENTS

from .local_refinement import LocalRefinement


@LOCAL_REFINEMENTS.register_module()
class PAMR(LocalRefinement):
    """Averages over neighbours of similar colour; see :func:`pamr`.

    Araslanov, Roth: Single-Stage Semantic Segmentation from Image Labels, CVPR 2020 (1-Stage).

    Args:
        dilations: distances of the 8 neighbours around a pixel, in pixels.
        steps: of averaging.
        gt_prob: probability of a pixel's own label where a label map is refined.
    """

    def __init__(self, dilations: Sequence[int] = (1, 2, 4, 8, 12, 24), steps: int = 10, gt_prob: float = 0.7) -> None:
        super().__init__(gt_prob)
        self.dilations, self.steps = tuple(dilations), steps

    def refine(self, image: Tensor, scores: Tensor) -> Tensor:
        """See `LocalRefinement`."""
        return pamr(image[None].to(scores.device), scores[None], self.dilations, self.steps)[0]

    def refine_sets(self, image: Tensor, scores: Tensor) -> Tensor:
        """See `LocalRefinement`; the sets share the weights of neighbours."""
        return self.refine(image, scores.flatten(0, 1)).unflatten(0, scores.shape[:2])

    def refine_batch(self, images: Tensor, scores: Tensor) -> Tensor:
        """See `LocalRefinement`; all images at once, colours are not rounded."""
        return pamr(images.to(scores.device) / 255, scores, self.dilations, self.steps)
