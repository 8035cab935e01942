"""AMN's head: pixels are classified by the labels that the first class maps gave, under the image's labels.

Lee, Kim, Shim: Threshold Matters in WSSS: Manipulating the Activation for the Robust and Accurate Segmentation Model
Against Thresholds (AMN), CVPR 2022.
"""
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.models.features import Features
from mmwsss.models.sample_fields import require_label_maps
from mmwsss.utils.errors import InputError

from .cam_head import stack_gt_scores
from .require_levels import ReadsLastLevel


@MODELS.register_module()
class AMNHead(ReadsLastLevel, BaseModule):
    """Per-pixel classification of background and classes, conditioned on the image's labels.

    Every channel of the last level is multiplied by a linear embedding of the labels; DeepLabv2's head classifies the
    result. A `CAMClassifier` with this head learns from label maps that are made of an earlier classifier's maps
    (`gt_sem_seg`), and its own maps, the probabilities of the classes, have activations that depend less on the
    threshold. They then stand where the first maps stood.

    In the config: `model = dict(neck=None, head=dict(type='AMNHead'),
    test_cfg=dict(merge=dict(type='SoftmaxOfMean')))`, and a training pipeline with `LoadMask` on a data set with
    `seg_map_dir`.

    It needs labels at the test too (`test_cfg.labels='gt'`). Where nobody gives any, all classes count as present.

    Args:
        num_classes: `L`, image classes without the background.
        in_channels: `C`, channels of the last level.
        dilations: of the branches of DeepLabv2's head.
        drop_ratio: of single values of the conditioned features in training.
        loss: config of the loss on logits `(N, L + 1, h, w)` and labels `(N, h, w)`: `SmoothedCrossEntropyLoss` unless
            its `type` is another.
        init_cfg: MMEngine's initialisation config.

    Raises:
        InputError: `drop_ratio` is not in [0, 1).
    """
    part_of = 'the head of a CAMClassifier'
    reads_pooled = False  # CAMClassifier refuses a neck

    def __init__(self,
                 num_classes: int = 20,
                 in_channels: int = 2048,
                 dilations: Sequence[int] = (6, 12, 18, 24),
                 drop_ratio: float = 0.1,
                 loss: dict | None = None,
                 init_cfg: dict | None = None) -> None:
        if not 0 <= drop_ratio < 1:
            raise InputError(f'AMNHead: drop_ratio={drop_ratio} must be in [0, 1).')
        super().__init__(init_cfg)
        self.num_classes, self.in_channels = num_classes, in_channels
        self.label_embedding = nn.Linear(num_classes, in_channels)
        self.dropout = nn.Dropout(drop_ratio)
        self.pixels = MODELS.build(dict(type='DeepLabV2Head', in_channels=in_channels, in_index=0,
                                        num_classes=num_classes + 1, dilations=dilations,
                                        loss_decode=dict(type='SmoothedCrossEntropyLoss') | dict(loss or {})))

    def check_samples(self, data_samples: list) -> None:
        """Check samples of the training data; `CAMClassifier` calls it before the training starts.

        Raises:
            InputError: see :func:`stack_gt_scores` and :func:`require_label_maps`.
        """
        stack_gt_scores(data_samples, self.num_classes, torch.device('cpu'))
        require_label_maps(data_samples)

    def pixel_logits(self, feat: Tensor, labels: Tensor | None) -> Tensor:
        """Classify pixels under the labels of their images.

        Args:
            feat: `(N, C, h, w)`.
            labels: `(N, L)` multi-hot; None for all classes.

        Returns:
            `(N, L + 1, h, w)`, the background first.
        """
        self.check([feat.shape[1]], ())
        weight = self.label_embedding.weight
        labels = weight.new_ones(len(feat), self.num_classes) if labels is None else labels.to(weight)
        return self.pixels([self.dropout(feat * self.label_embedding(labels)[..., None, None])])

    def logits(self, features: Features) -> Tensor:
        """Say which classes are somewhere stronger than the background, by the largest difference of their logits.

        It is no prediction of the labels, on which it depends.

        Args:
            features: of `N` images.

        Returns:
            `(N, L)`.
        """
        logits = self.pixel_logits(features.levels[-1], features.labels)
        return (logits[:, 1:] - logits[:, :1]).amax(dim=(2, 3)).to(features.levels[-1].dtype)

    def cam(self, features: Features) -> Tensor:
        """Localise classes.

        Args:
            features: of `N` images, with `labels` `(N, L)` where they are known.

        Returns:
            Probabilities of the classes among background and all classes, `(N, L, h, w)`.
        """
        return self._probabilities(self.pixel_logits(features.levels[-1], features.labels), features)

    def cam_of_mirrored(self, features: Features) -> Tensor:
        """Localise classes by the mean logits of images and mirror images, as in the release.

        Args:
            features: of `N` images, then of the same images flipped left to right.

        Returns:
            As :meth:`cam`, of the `N` images.
        """
        straight, mirrored = self.pixel_logits(features.levels[-1], features.labels).chunk(2)
        return self._probabilities((straight + mirrored.flip(-1)) / 2, features)

    def loss(self, views: list[Features], data_samples: list) -> dict[str, Tensor]:
        """Compare the pixels of the first view with the label maps, at the size of the last level.

        Args:
            views: features of the same `N` images.
            data_samples: N samples with `gt_score` `(L,)` and `gt_sem_seg` `(1, H, W)`: 0 is the background, 1 to `L`
                are the classes, 255 is ignored.

        Returns:
            The loss, under its own name.

        Raises:
            InputError: a sample has no label map; see also :func:`stack_gt_scores`.
        """
        feat = views[0].levels[-1]
        labels = stack_gt_scores(data_samples, self.num_classes, feat.device)
        logits = self.pixel_logits(feat, labels)
        logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
        loss = self.pixels.loss_decode
        target = stack_label_maps(data_samples, logits.shape[2:], feat.device)
        return {loss.loss_name: loss(logits, target, ignore_index=255)}

    def _probabilities(self, logits: Tensor, features: Features) -> Tensor:
        dtype = torch.promote_types(logits.dtype, torch.float32)
        return logits.softmax(dim=1, dtype=dtype)[:, 1:].to(features.levels[-1].dtype)


def stack_label_maps(data_samples: list, size: Sequence[int], device: torch.device) -> Tensor:
    """Stack the label maps of a batch, reduced by nearest neighbours at pixel centres.

    Args:
        data_samples: N samples with `gt_sem_seg` `(1, H, W)`.
        size: height and width of the result.
        device: of the result.

    Returns:
        `(N, *size)` int64.

    Raises:
        InputError: a sample has no label map.
    """
    require_label_maps(data_samples)
    maps = torch.stack([sample.gt_sem_seg.data for sample in data_samples]).to(device)
    return F.interpolate(maps.float(), size=tuple(size), mode='nearest-exact')[:, 0].long()
