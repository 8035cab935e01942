"""IRNet: a network of boundaries and displacements that turns CAMs into pseudo labels.

Ahn, Cho, Kwak: Weakly Supervised Learning of Instance Segmentation with Inter-pixel Relations (IRN), CVPR 2019.
"""
from collections.abc import Sequence

import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import Tensor

from mmwsss.pseudo_labels import Instances, instance_masks
from mmwsss.pseudo_labels.cam import strided_size

from .boundary import BoundaryRefiner


@MODELS.register_module()
class IRNet(BoundaryRefiner):
    """Boundaries and displacements; with CAMs, the segmentation that a random walk makes of them.

    The backbone is not trained: it stays as it was loaded, in eval mode. Samples get `boundary` `(1, h, w)` in [0, 1]
    and `displacement` `(2, h, w)`, `h = ceil(H / 4)`.

    Args:
        backbone: config of any backbone that gives the head's levels, e.g. `ResNetWithStem`.
        head: config of an `IRNHead`.
        test_cfg: see `BoundaryRefiner`, and `instances`: also find single objects (:func:`instance_masks`).
        **kwargs: see `Refiner`.
    """

    test_defaults = dict(BoundaryRefiner.test_defaults, instances=False)

    def _forward(self, inputs: Tensor, data_samples: list | None = None) -> tuple[Tensor, Tensor]:
        """Return boundary logits `(N, 1, h, w)` and displacement `(N, 2, h, w)` at stride 4."""
        return self.head(self.extract_feat(inputs))

    def encode_decode(self, inputs: Tensor, batch_data_samples: list | None = None) -> Tensor:
        """Return boundary logits at the size of the input, `(N, 1, H, W)`."""
        return F.interpolate(
            self._forward(inputs)[0], size=inputs.shape[2:], mode='bilinear', align_corners=False)

    def maps(self, image: Tensor) -> dict[str, Tensor]:
        """Return `boundary` and `displacement` of one image `(3, H, W)`, see :meth:`edge_displacement`."""
        boundary, displacement = self.edge_displacement(image)
        return dict(boundary=boundary, displacement=displacement)

    def head_of_pair(self, feats: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Return boundary logits of both images, and the displacement of the first, all that the maps are made of."""
        return self.head(feats, displaced=1)

    def edge_displacement(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Return boundary and displacement of one image, the former from it and its mirror image.

        Args:
            image: `(3, H, W)`, normalised.

        Returns:
            Boundary probability `(1, h, w)`, see :meth:`boundary_of_pair`, and displacement `(2, h, w)` (dy, dx) in
            pixels of the map, float32, with `h = ceil(H / 4)` and `w = ceil(W / 4)`.
        """
        size = image.shape[1:]
        logits, displacement = self.forward_pair(image)
        height, width = strided_size(size, self.stride)
        return self.boundary_of_pair(logits, size), displacement[0, :, :height, :width].float()

    def instances(self, cam: Tensor, keys: Tensor, maps: dict[str, Tensor], size: Sequence[int]) -> Instances | None:
        """Return single objects if `test_cfg.instances`."""
        cfg = self.test_cfg
        if not cfg['instances']:
            return None
        return instance_masks(cam, keys, maps['boundary'], maps['displacement'], size, cfg['bg_thr'],
                              radius=cfg['radius'], beta=cfg['beta'], steps=cfg['steps'])
