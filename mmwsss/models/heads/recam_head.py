"""Class re-activation maps (ReCAM: Chen et al., CVPR 2022)."""
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.models.features import Features
from mmwsss.utils.autocast import full_precision
from mmwsss.utils.errors import InputError

from .cam_head import stack_gt_scores
from .check_head import check_head
from .require_levels import ReadsLastLevel

EPSILON = 1e-5  # beside the maximum of a class map


@MODELS.register_module()
class ReCAMHead(ReadsLastLevel, BaseModule):
    """Re-activate the maps of a trained classifier by a second classifier with a softmax.

    Binary cross entropy lets classes share pixels. So the features under each class map are pooled, and a second
    classifier has to tell them apart: for each class of an image, softmax cross entropy of its pooled feature against
    that class. The new class map uses the product of both classifiers' weights.

    The head trains on from a classifier with the base head: `load_from` its checkpoint, whose names need no conversion.

    Args:
        num_classes: `L`, image classes without the background.
        in_channels: `C`, channels of the last level.
        base: config of the head that is trained on, `CAMHead` by default; any head whose `classifier` is a 1x1
            convolution of the last level, e.g. `VWEHead`. `num_classes` and `in_channels` are filled in.
        loss_weight: of the softmax cross entropy beside the losses of `base`; 1 in the authors' code.
        init_cfg: MMEngine's initialisation config.

    Raises:
        InputError: the base head has no such classifier, or one of another size; or there is one class only.
    """
    part_of = 'the head of a CAMClassifier'

    def __init__(self,
                 num_classes: int = 20,
                 in_channels: int = 2048,
                 base: dict | None = None,
                 loss_weight: float = 1.0,
                 init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        if num_classes < 2:  # the softmax is 1 whatever the weights, so they would stay random
            raise InputError(f'ReCAMHead: its second classifier tells classes apart, but num_classes={num_classes}. '
                             'Use the classifier without ReCAM, or data of at least 2 classes.')
        self.base = MODELS.build(
            dict(type='CAMHead', num_classes=num_classes, in_channels=in_channels) | dict(base or {}))
        check_head(self.base)
        weight = getattr(getattr(self.base, 'classifier', None), 'weight', None)
        wanted = (num_classes, in_channels, 1, 1)
        if weight is None or tuple(weight.shape) != wanted:
            found = 'no `classifier`' if weight is None else f'a classifier of {tuple(weight.shape)}'
            raise InputError(f'ReCAMHead: the base {type(self.base).__name__} has {found}; it needs a 1x1 convolution '
                             f'of {wanted}. Use a base like CAMHead, with the same num_classes and in_channels.')
        self.num_classes = num_classes
        self.in_channels = in_channels
        self.loss_weight = loss_weight
        self.recam_classifier = nn.Conv2d(in_channels, num_classes, 1, bias=False)

    def logits(self, features: Features) -> Tensor:
        """Return the base head's logits `(N, L)`."""
        return self.base.logits(features)

    def cam(self, features: Features) -> Tensor:
        """Return class re-activation maps `(N, L, h, w)` >= 0, by the product of both classifiers' weights."""
        return F.relu(F.conv2d(features.levels[-1], self.base.classifier.weight * self.recam_classifier.weight))

    def class_map(self, feat: Tensor) -> Tensor:
        """Return the base classifier's maps `(N, L, h, w)` of `(N, C, h, w)`, in [0, 1): divided by their maximum."""
        cam = F.relu(F.conv2d(feat, self.base.classifier.weight.to(feat.dtype)))
        return cam / (F.adaptive_max_pool2d(cam, 1) + EPSILON)

    def pool(self, feat: Tensor) -> Tensor:
        """Return a feature for each class, `(N, L, C)`: the mean over pixels of its map times `feat` `(N, C, h, w)`."""
        flat = feat.flatten(2)
        return self.class_map(feat).flatten(2) @ flat.transpose(1, 2) / flat.shape[2]

    def loss(self, views: list[Features], data_samples: list) -> dict[str, Tensor]:
        """Return the base head's losses, and `loss_recam` on the first view.

        Args:
            views: features of the same `N` images, the last level `(N, C, h, w)`.
            data_samples: N samples with `gt_score` `(L,)`.

        Returns:
            The base head's losses, and `loss_recam`: the cross entropy averaged over the classes of an image, then
            over all images; an image without classes counts as 0.

        Raises:
            InputError: see :class:`CAMHead`.
        """
        losses = self.base.loss(views, data_samples)
        feat = views[0].levels[-1]
        present = stack_gt_scores(data_samples, self.num_classes, feat.device) > 0.5
        # Gradients reach the maps and their maximum too. Sums over pixels are too large for half precision.
        with full_precision(feat.device.type):
            dtype = torch.promote_types(feat.dtype, torch.float32)
            weight = self.recam_classifier.weight.to(dtype).flatten(1)
            logits = self.pool(feat.to(dtype)) @ weight.t()  # (N, L, L): a row for each pooled class
            own = logits.log_softmax(dim=2).diagonal(dim1=1, dim2=2)
            images = -(own * present).sum(dim=1) / present.sum(dim=1).clamp(min=1)
            losses['loss_recam'] = self.loss_weight * images.mean()
        return losses

    def _load_from_state_dict(self, state_dict: dict, prefix: str, *args: Any) -> None:
        """Load a checkpoint of this head, or one of a classifier with the base head.

        Raises:
            InputError: the checkpoint's classifier has another size.
        """
        if not any(name.startswith(f'{prefix}base.') for name in state_dict):
            for name in [name for name in state_dict if name.startswith(prefix)]:
                state_dict[f'{prefix}base.{name[len(prefix):]}'] = state_dict.pop(name)
        found, own = state_dict.get(f'{prefix}base.classifier.weight'), self.base.classifier.weight
        if found is not None and found.shape != own.shape:
            raise InputError(
                f'The checkpoint has a classifier of {found.shape[0]} classes and {found.shape[1]} channels, but the '
                f'model has {own.shape[0]} classes and {own.shape[1]} channels. Load the checkpoint of a classifier '
                'with the same backbone and classes.')
        super()._load_from_state_dict(state_dict, prefix, *args)
