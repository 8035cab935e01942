"""What every local refinement has."""
from abc import ABC, abstractmethod

import torch
from torch import Tensor

from mmwsss.pseudo_labels.label_scores import refine_labels


class LocalRefinement(ABC):
    """Base class of what moves class scores to the edges of the image, without training.

    A subclass implements :meth:`refine` and is registered in `LOCAL_REFINEMENTS`. A config then names it as
    `dict(type='MyRefinement', ...)`: for the seeds of affinity labels (`ir_label_refinement`), after the random walk
    (`model.test_cfg.refine`, or `tools/make_pseudo_labels.py --refine`), and at test time (`CRFIoUMetric`).
    Objects are sent to other processes: settings only, no open files.

    Attributes:
        max_size: long side, in pixels, above which a refinement shrinks images; `None` for no limit. A test with a
            refinement that has one keeps no more than that of the scores of an image.

    Args:
        gt_prob: probability of a pixel's own label where a label map is refined, see :func:`label_scores`.
    """

    max_size: int | None = None

    def __init__(self, gt_prob: float = 0.7) -> None:
        self.gt_prob = gt_prob

    @abstractmethod
    def refine(self, image: Tensor, scores: Tensor) -> Tensor:
        """Refine the class scores of an image.

        Args:
            image: `(3, H, W)` uint8 RGB.
            scores: `(C, H, W)` float32 probabilities, on any device.

        Returns:
            `(C, H, W)` float32 scores on the device of `scores`; their sum over the classes is the same in every pixel.
        """

    def refine_sets(self, image: Tensor, scores: Tensor) -> Tensor:
        """Refine B sets of scores of an image, `(B, C, H, W)`, each as :meth:`refine` does.

        Override it where the sets can share work that depends on the image alone.
        """
        return torch.stack([self.refine(image, one) for one in scores])

    def refine_batch(self, images: Tensor, scores: Tensor) -> Tensor:
        """Refine images of one size, each as :meth:`refine` does.

        Override it where images can be refined together, or colours between two steps of 256 matter.

        Args:
            images: `(N, 3, H, W)` float RGB from 0 to 255, on any device.
            scores: `(N, C, H, W)` float32 probabilities.

        Returns:
            `(N, C, H, W)` float32 scores on the device of `scores`.
        """
        colours = images.round().clamp(0, 255).to(torch.uint8)
        return torch.stack([self.refine(image, one) for image, one in zip(colours, scores, strict=True)])

    def check(self) -> None:
        """Check that the refinement can run here. It is asked before hours are spent.

        Raises:
            InputError: it cannot, e.g. because a package is missing; the message says what to do.
        """
        return

    def refine_labels(self, image: Tensor, labels: Tensor, num_labels: int) -> Tensor:
        """Refine a label map `(H, W)` of `0..num_labels - 1`; see :func:`mmwsss.pseudo_labels.refine_labels`."""
        return refine_labels(self.refine, image, labels, num_labels, self.gt_prob)
