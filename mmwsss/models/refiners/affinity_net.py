"""AffinityNet (PSA): affinities of neighbouring pixels by which class activation maps spread.

Ahn, Kwak: Learning Pixel-level Semantic Affinity with Image-level Supervision for Weakly Supervised Semantic
Segmentation, CVPR 2018.
"""
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch import Tensor

from mmwsss.models.backbones.build import build_backbone
from mmwsss.models.heads.affinity_head import STRIDE
from mmwsss.models.sample_fields import require_field
from mmwsss.pseudo_labels import Transition
from mmwsss.pseudo_labels.affinity_scores import background_score
from mmwsss.utils.autocast import autocast
from mmwsss.utils.errors import InputError

from .refiner import Refiner


@MODELS.register_module()
class AffinityNet(Refiner):
    """Affinities of pixels; with CAMs, the segmentation that a random walk of the CAMs and their background makes.

    Backbone and head are trained together. Samples get `affinity` `(P, h, w)` in (0, 1] of the `P` pairs of
    `path_index`, with `h = ceil(H / 8)`.

    The background `(1 - max)^alpha` walks too, and the strongest of all wins. Scores of classes are relative to the sum
    of the background and the strongest class, so the strongest of all wins with `bg_thr=0.5`, the default; other
    thresholds can be measured.

    Args:
        backbone: config of any backbone that gives the head's levels, e.g. three levels at stride 8.
        head: config of an `AffinityHead`.
        test_cfg: see `Refiner` (`beta` is 8), and `alpha`: power of the background score; `border`: `'sources'` as in
            the authors' code or `'all'` pairs, see :meth:`Transition.from_affinity`; `shrink_radius`: on maps whose
            short side is below `2 radius + 1`, the radius is `(side - 1) // 2`, as in SEAM's code; `autocast`:
            `None`, `'bfloat16'` or `'float16'`.
        **kwargs: see `Refiner`.
    """

    stride = STRIDE
    cam_stride = 1
    test_defaults = dict(
        Refiner.test_defaults, beta=8, alpha=16, bg_thr=0.5, border='sources', shrink_radius=False, autocast=None)

    def __init__(self, backbone: dict, head: dict, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if self.test_cfg['border'] not in ('sources', 'all'):
            raise InputError(f"AffinityNet: test_cfg.border={self.test_cfg['border']!r} must be 'sources' or 'all'.")
        self.backbone = build_backbone(backbone)
        self.head = MODELS.build(head)
        self.check_levels()

    def check_samples(self, data_samples: Sequence[SegDataSample]) -> None:
        """Check samples of the training data; `build_runner` calls it before the training starts.

        Raises:
            InputError: a sample has no `affinity_label`.
        """
        require_field(data_samples, 'affinity_label', 'label of affinities', "End the training's pipeline with "
                      "LoadAffinityScores, ..., AffinityLabel and PackImageLabelInputs(keys=['affinity_label']).")

    def loss(self, inputs: Tensor, data_samples: list[SegDataSample]) -> dict[str, Tensor]:
        """Return the head's losses on images `(N, 3, H, W)` and the samples' `affinity_label` `(h, w)` at stride 8.

        Raises:
            InputError: see :meth:`check_samples`.
        """
        self.check_samples(data_samples)
        labels = torch.stack([sample.affinity_label for sample in data_samples]).to(inputs.device)
        return self.head.loss(self.extract_feat(inputs), labels)

    def _forward(self, inputs: Tensor, data_samples: list | None = None) -> Tensor:
        """Return features `(N, C, h, w)` at stride 8, whose differences are the affinities."""
        return self.head(self.extract_feat(inputs))

    def maps(self, image: Tensor) -> dict[str, Tensor]:
        """Return `affinity` `(P, h, w)` of one image `(3, H, W)`, normalised and padded by 0 to a multiple of 8.

        `P` belongs to the radius of the walk. Affinities of pairs that leave the map mean nothing.
        """
        with autocast(image.device, self.test_cfg['autocast']):
            features = self._forward(_pad(image)[None]).float()
        radius = self.radius(features.shape[2:])
        reach = radius - 1
        # In the padded map every pixel is a source.
        return dict(affinity=self.head.affinity(F.pad(features, (reach, reach, 0, reach)), radius)[0])

    def radius(self, size: Sequence[int]) -> int:
        """Return the radius of the walk on maps of a size."""
        radius = self.test_cfg['radius']
        return max(min(radius, (min(size) - 1) // 2), 1) if self.test_cfg['shrink_radius'] else radius

    def transition(self, maps: dict[str, Tensor]) -> Transition:
        """Return a transition by the affinities."""
        affinity = maps['affinity']
        return Transition.from_affinity(
            affinity, self.radius(affinity.shape[1:]), self.test_cfg['beta'], self.test_cfg['border'])

    def seed(self, cam: Tensor, maps: dict[str, Tensor]) -> Tensor:
        """Return background and CAM, `(1 + K, h, w)`: means over 8 x 8 pixels of a CAM `(K, H, W)` at the image's size.

        Beyond the image all are 0, the background too.
        """
        return F.avg_pool2d(_pad(torch.cat([background_score(cam, self.test_cfg['alpha']), cam])), STRIDE)

    def scores(self, walk: Tensor, size: Sequence[int]) -> Tensor:
        """Return classes relative to background and strongest class, `(K, H, W)`, of walked maps `(1 + K, h, w)`."""
        full = F.interpolate(walk[None], scale_factor=STRIDE, mode='bilinear', align_corners=False)[0]
        background, classes = full[:, :size[0], :size[1]].clamp_min(0).split([1, len(walk) - 1])
        total = background + classes.amax(dim=0, keepdim=True)
        return classes / total.clamp_min(torch.finfo(full.dtype).tiny)  # all may be 0


def _pad(maps: Tensor) -> Tensor:
    """Pad `(C, H, W)` with 0 on the right and at the bottom to a multiple of 8."""
    height, width = maps.shape[1:]
    return F.pad(maps, (0, -width % STRIDE, 0, -height % STRIDE))
