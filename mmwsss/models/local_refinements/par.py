"""PAR as a local refinement."""
from collections.abc import Sequence

from torch import Tensor

from mmwsss.pseudo_labels import par
from mmwsss.registry import LOCAL_REFINEMENTS

from .local_refinement import LocalRefinement


@LOCAL_REFINEMENTS.register_module()
class PAR(LocalRefinement):
    """Weighted sums over neighbours of similar colour; see :func:`par`.

    Ru, Zhan, Yu, Du: Learning Affinity from Attention: End-to-End Weakly-Supervised Semantic Segmentation with
    Transformers, CVPR 2022 (AFA).

    As published, every step multiplies the sum of the scores by 1.01.

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
        return par(image[None].to(scores.device), scores[None], self.dilations, self.steps)[0]

    def refine_sets(self, image: Tensor, scores: Tensor) -> Tensor:
        """See `LocalRefinement`; the sets share the weights of neighbours."""
        return self.refine(image, scores.flatten(0, 1)).unflatten(0, scores.shape[:2])

    def refine_batch(self, images: Tensor, scores: Tensor) -> Tensor:
        """See `LocalRefinement`; all images at once, colours are not rounded."""
        return par(images.to(scores.device), scores, self.dilations, self.steps)
