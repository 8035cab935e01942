"""A refiner whose walk is stopped by boundaries: the network of BES, and the part that it shares with IRNet.

Chen, Wu, Fu, Han, Zhang: Weakly Supervised Semantic Segmentation with Boundary Exploration (BES), ECCV 2020. Ahn, Cho,
Kwak: Weakly Supervised Learning of Instance Segmentation with Inter-pixel Relations (IRN), CVPR 2019.
"""
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch import Tensor

from mmwsss.models.backbones.build import build_backbone
from mmwsss.models.sample_fields import require_label_maps
from mmwsss.models.shown import ShownProbability
from mmwsss.pseudo_labels import Transition
from mmwsss.pseudo_labels.cam import strided_size
from mmwsss.utils.autocast import autocast
from mmwsss.utils.errors import InputError

from .refiner import Refiner


@MODELS.register_module()
class BoundaryRefiner(Refiner):
    """Boundaries; with CAMs, the segmentation that a random walk makes of them.

    The backbone is not trained: it stays as it was loaded, in eval mode. Samples get `boundary` `(1, h, w)` in [0, 1],
    `h = ceil(H / 4)`.

    Args:
        backbone: config of any backbone that gives the head's levels, e.g. `ResNetWithStem`.
        head: config of a head of boundaries, e.g. `BoundaryHead`.
        test_cfg: see `Refiner`, and `min_size` and `size_divisor`: images are padded by the mean colour on the right
            and at the bottom to squares of `min_size`, larger sides to the next multiple; `cam_power`: the walk starts
            from this power of the CAM; `autocast`: `None`, `'bfloat16'` or `'float16'`.
        **kwargs: see `Refiner`.

    Raises:
        InputError: `cam_power` is not above 0; see also `Refiner`.
    """

    test_defaults = dict(
        Refiner.test_defaults,
        min_size=512,  # of the padded input; group normalisation sees the padding, so it affects the results
        size_divisor=16,
        cam_power=1,
        autocast=None)
    shown = (*Refiner.shown, ShownProbability('boundary', 'boundary'))

    def __init__(self, backbone: dict, head: dict, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if self.test_cfg['cam_power'] <= 0:
            raise InputError(f"{type(self).__name__}: test_cfg.cam_power must be above 0, got "
                             f"{self.test_cfg['cam_power']}.")
        self.backbone = build_backbone(backbone)
        self.backbone.requires_grad_(False)
        self.head = MODELS.build(head)
        self.check_levels()
        self.train()

    def train(self, mode: bool = True) -> 'BoundaryRefiner':
        """Switch the head to training; the backbone stays in eval mode."""
        super().train(mode)
        self.backbone.eval()
        return self

    @torch.no_grad()
    def extract_feat(self, inputs: Tensor) -> tuple[Tensor, ...]:
        """Return the levels of normalised images `(N, 3, H, W)`."""
        return self.backbone(inputs)

    def check_samples(self, data_samples: Sequence[SegDataSample]) -> None:
        """Check samples of the training data; `build_runner` calls it before the training starts.

        Raises:
            InputError: a sample has no label map.
        """
        require_label_maps(data_samples)

    def loss(self, inputs: Tensor, data_samples: list[SegDataSample]) -> dict[str, Tensor]:
        """Return the head's losses on images `(N, 3, H, W)` and the samples' `gt_sem_seg`, the head's labels.

        Raises:
            InputError: see :meth:`check_samples`.
        """
        self.check_samples(data_samples)
        labels = torch.stack([sample.gt_sem_seg.data[0] for sample in data_samples])
        return self.head.loss(self.extract_feat(inputs), labels)

    def _forward(self, inputs: Tensor, data_samples: list | None = None) -> Any:
        """Return boundary logits `(N, 1, h, w)` at stride 4."""
        return self.head(self.extract_feat(inputs))

    def encode_decode(self, inputs: Tensor, batch_data_samples: list | None = None) -> Tensor:
        """Return boundary logits at the size of the input, `(N, 1, H, W)`."""
        return F.interpolate(self._forward(inputs), size=inputs.shape[2:], mode='bilinear', align_corners=False)

    def maps(self, image: Tensor) -> dict[str, Tensor]:
        """Return `boundary` `(1, h, w)` of one image `(3, H, W)`, see :meth:`boundary_of_pair`."""
        return dict(boundary=self.boundary_of_pair(self.forward_pair(image), image.shape[1:]))

    def forward_pair(self, image: Tensor) -> Any:
        """Return :meth:`head_of_pair` of an image `(3, H, W)` and its mirror image, both padded, see `test_cfg`."""
        size, divisor = image.shape[1:], self.test_cfg['size_divisor']
        padded = [max(-(-side // divisor) * divisor, self.test_cfg['min_size']) for side in size]
        pair = F.pad(torch.stack([image, image.flip(-1)]), (0, padded[1] - size[1], 0, padded[0] - size[0]))
        with autocast(image.device, self.test_cfg['autocast']):
            return self.head_of_pair(self.extract_feat(pair))

    def head_of_pair(self, feats: Sequence[Tensor]) -> Any:
        """Return what the head finds in the levels of an image and its mirror image: boundary logits of both."""
        return self.head(feats)

    def boundary_of_pair(self, logits: Tensor, size: Sequence[int]) -> Tensor:
        """Return the boundary probability of an image, the sigmoid of the mean logit of it and its mirror image.

        Args:
            logits: `(2, 1, h', w')` of the padded pair.
            size: height and width of the image, pixels.

        Returns:
            `(1, h, w)` float32, with `h = ceil(H / 4)` and `w = ceil(W / 4)`.
        """
        height, width = strided_size(size, self.stride)
        logits = logits.float()[..., :height, :width]
        return ((logits[0] + logits[1].flip(-1)) / 2).sigmoid()

    def transition(self, maps: dict[str, Tensor]) -> Transition:
        """Return a transition that boundaries stop."""
        return Transition.from_boundary(maps['boundary'], self.test_cfg['radius'], self.test_cfg['beta'])

    def seed(self, cam: Tensor, maps: dict[str, Tensor]) -> Tensor:
        """Return a power of the CAM, without its boundaries."""
        return cam**self.test_cfg['cam_power'] * (1 - maps['boundary'])
