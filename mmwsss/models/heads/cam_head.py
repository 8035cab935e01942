"""The image-level classifier whose weights also give the class activation maps."""
import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.utils.errors import InputError

DEFAULT_LOSS = dict(type='mmpretrain.CrossEntropyLoss', use_sigmoid=True)


def stack_gt_scores(data_samples: list, num_classes: int, device: torch.device) -> Tensor:
    """Gather the samples' multi-hot labels.

    Args:
        data_samples: N samples with `gt_score` `(L,)`.
        num_classes: `L`, image classes.
        device: of the result.

    Returns:
        `(N, L)`.

    Raises:
        InputError: a sample without `gt_score`, or with another number of classes.
    """
    for sample in data_samples:
        name = sample.metainfo.get('img_path', 'a sample')
        if 'gt_score' not in sample:
            raise InputError(f'{name} carries no image-level labels (`gt_score`). Use a dataset with '
                             '`label_file` and end its pipeline with `PackImageLabelInputs`.')
        if sample.gt_score.numel() != num_classes:
            raise InputError(f'{name} has labels for {sample.gt_score.numel()} classes, the head for '
                             f'{num_classes}. Make num_classes and the dataset\'s classes agree.')
    return torch.stack([sample.gt_score for sample in data_samples]).to(device)


@MODELS.register_module()
class CAMHead(BaseModule):
    """A 1x1 classifier without bias: on pooled features it classifies, on the map it localises.

    The class activation maps are those of Zhou et al. (CVPR 2016) as WSSS uses them: the
    classifier at every pixel, then ReLU.

    Args:
        num_classes: `L`, image classes (background is none of them).
        in_channels: channels of the feature map.
        loss: config of the loss on `(logits, multi-hot labels)`.
        init_cfg: MMEngine's initialisation config.
    """

    def __init__(self,
                 num_classes: int = 20,
                 in_channels: int = 2048,
                 loss: dict = DEFAULT_LOSS,
                 init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        self.num_classes = num_classes
        self.in_channels = in_channels
        self.classifier = nn.Conv2d(in_channels, num_classes, 1, bias=False)
        self.loss_module = MODELS.build(loss)

    def forward(self, feat: Tensor, pooled: Tensor) -> Tensor:
        """Image logits `(N, L)` of the map `(N, C, H, W)` and its pooled features `(N, C)`.

        Raises:
            InputError: the features do not have `in_channels` channels.
        """
        if pooled.shape[1] != self.in_channels:
            raise InputError(f'{type(self).__name__}: in_channels={self.in_channels}, but the features have '
                             f'{pooled.shape[1]} channels. Set in_channels={pooled.shape[1]}.')
        return self.classifier(pooled[:, :, None, None]).flatten(1)

    def loss(self, feat: Tensor, pooled: Tensor, data_samples: list) -> dict[str, Tensor]:
        """Losses against the samples' image labels.

        Args:
            feat: the map, `(N, C, H, W)`.
            pooled: its pooled features, `(N, C)`.
            data_samples: N samples with `gt_score` `(L,)`.

        Returns:
            `loss_cls`.

        Raises:
            InputError: see :meth:`forward` and :func:`stack_gt_scores`.
        """
        logits = self(feat, pooled)
        target = stack_gt_scores(data_samples, self.num_classes, logits.device)
        return dict(loss_cls=self.loss_module(logits.float(), target))

    def cam(self, feat: Tensor) -> Tensor:
        """Class activation maps `(N, L, H, W)`, >= 0, of the map `(N, C, H, W)`."""
        return F.relu(self.classifier(feat))
