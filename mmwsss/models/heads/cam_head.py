"""A classifier of images whose weights also give the class activation maps."""

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.models.features import Features
from mmwsss.models.sample_fields import require_field
from mmwsss.utils.errors import InputError

from .require_levels import ReadsLastLevel

DEFAULT_LOSS = dict(type='mmpretrain.CrossEntropyLoss', use_sigmoid=True)


def stack_gt_scores(data_samples: list, num_classes: int, device: torch.device) -> Tensor:
    """Stack the multi-hot labels of a batch.

    Args:
        data_samples: N samples with `gt_score` `(L,)`.
        num_classes: `L`, image classes.
        device: of the result.

    Returns:
        `(N, L)`.

    Raises:
        InputError: a sample has no `gt_score`, or another number of classes.
    """
    require_field(data_samples, 'gt_score', 'image-level labels',
                  'Use a dataset with `label_file`, and end its pipeline with `PackImageLabelInputs`.')
    for sample in data_samples:
        if sample.gt_score.numel() != num_classes:
            name = sample.metainfo.get('img_path', 'a sample')
            raise InputError(f'{name} has labels for {sample.gt_score.numel()} classes, but the head is '
                             f'built for {num_classes}. Set num_classes to the number of image classes.')
    return torch.stack([sample.gt_score for sample in data_samples]).to(device)


@MODELS.register_module()
class CAMHead(ReadsLastLevel, BaseModule):
    """A 1x1 classifier without bias: it classifies the pooled vector, and localises on the last level.

    Its class activation maps are those of Zhou et al. (CVPR 2016) as weakly-supervised segmentation uses them: the
    classifier at every pixel, then ReLU.

    A head of :class:`CAMClassifier` is any registered class with the three methods :meth:`logits`, :meth:`cam` and
    :meth:`loss`.

    Args:
        num_classes: `L`, image classes without the background.
        in_channels: `C`, channels of the last level.
        loss: config of the loss on `(logits, multi-hot labels)`.
        init_cfg: MMEngine's initialisation config.
        drop_ratio: ratio of channels of the pooled vector that are dropped in training, 0.5 in AffinityNet (PSA), SEAM
            and SC-CAM. It equals a drop-out of the map's channels, since a neck pools each channel on its own.

    Raises:
        InputError: `drop_ratio` is not in [0, 1).
    """
    part_of = 'the head of a CAMClassifier'

    def __init__(self,
                 num_classes: int = 20,
                 in_channels: int = 2048,
                 loss: dict = DEFAULT_LOSS,
                 init_cfg: dict | None = None,
                 drop_ratio: float = 0.0) -> None:
        if not 0 <= drop_ratio < 1:
            raise InputError(f'{type(self).__name__}: drop_ratio={drop_ratio} must be in [0, 1).')
        super().__init__(init_cfg)
        self.drop_ratio = drop_ratio
        self.num_classes = num_classes
        self.in_channels = in_channels
        self.classifier = nn.Conv2d(in_channels, num_classes, 1, bias=False)
        self.loss_module = MODELS.build(loss)

    def logits(self, features: Features) -> Tensor:
        """Classify images.

        Args:
            features: of `N` images, with `pooled` `(N, C)`.

        Returns:
            Logits `(N, L)`.

        Raises:
            InputError: see :meth:`pooled_vector`.
        """
        return self.classifier(self.pooled_vector(features)[:, :, None, None]).flatten(1)

    def pooled_vector(self, features: Features) -> Tensor:
        """Return `features.pooled` `(N, C)`.

        Raises:
            InputError: there is none, or it does not have `in_channels` channels.
        """
        pooled, name = features.pooled, type(self).__name__
        if pooled is None:
            raise InputError(f'{name} classifies the pooled vector, but the model has no neck. Set model.neck to a '
                             "pooling, e.g. dict(type='HSPP').")
        if pooled.shape[1] != self.in_channels:
            raise InputError(f'{name}: in_channels={self.in_channels}, but the features have {pooled.shape[1]} '
                             f'channels. Set in_channels={pooled.shape[1]}.')
        return pooled

    def dropped(self, features: Features) -> Features:
        """Return the features with channels of the pooled vector dropped, in training."""
        if not self.drop_ratio or not self.training:
            return features
        return features._replace(pooled=F.dropout(self.pooled_vector(features), self.drop_ratio))

    def cam(self, features: Features) -> Tensor:
        """Localise classes.

        Args:
            features: of `N` images, the last level `(N, C, h, w)`.

        Returns:
            Class activation maps `(N, L, h, w)`, >= 0.
        """
        return F.relu(self.classifier(features.levels[-1]))

    def loss(self, views: list[Features], data_samples: list) -> dict[str, Tensor]:
        """Compare the logits of the first view with the image labels.

        Args:
            views: features of the same `N` images, one for each entry of `train_cfg.views`.
            data_samples: N samples with `gt_score` `(L,)`.

        Returns:
            `loss_cls`.

        Raises:
            InputError: see :meth:`logits` and :func:`stack_gt_scores`.
        """
        logits = self.logits(self.dropped(views[0]))
        target = stack_gt_scores(data_samples, self.num_classes, logits.device)
        return dict(loss_cls=self.loss_module(logits.float(), target))
