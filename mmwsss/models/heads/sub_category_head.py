"""The head of SC-CAM: classes and their sub-categories.

Chang, Wang, Hung, Piramuthu, Tsai, Yang: Weakly-Supervised Semantic Segmentation via Sub-category Exploration
(SC-CAM), CVPR 2020.
"""
import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.models.features import Features
from mmwsss.models.sample_fields import require_field
from mmwsss.utils.errors import InputError

from .cam_head import DEFAULT_LOSS, CAMHead, stack_gt_scores

INIT = dict(type='Xavier', layer='Conv2d', distribution='uniform')


@MODELS.register_module()
class SubCategoryHead(CAMHead):
    """A :class:`CAMHead` with a second classifier without bias, of each class's sub-categories.

    Both classify the same pooled vector, of which the same channels are dropped in training.

    Args:
        num_classes, in_channels, loss, drop_ratio: see :class:`CAMHead`.
        sub_categories: `k`, sub-categories of a class, as in the data set's `sub_category_file`.
        sub_weight: of the sub-categories' loss. The mean over `L * k` logits is small, therefore 5.
        cam_from: `'parents'`: the maps of the class weights, as published; `'sub_categories'`: the maps of all
            sub-categories, which `test_cfg.merge=dict(type='SumAllSubCategories')` merges.
        init_cfg: MMEngine's initialisation config; uniform Xavier by default.

    Raises:
        InputError: a setting is out of its range.
    """

    def __init__(self,
                 num_classes: int = 20,
                 in_channels: int = 2048,
                 sub_categories: int = 10,
                 sub_weight: float = 5.0,
                 cam_from: str = 'parents',
                 loss: dict = DEFAULT_LOSS,
                 init_cfg: dict | None = None,
                 drop_ratio: float = 0.5) -> None:
        if cam_from not in ('parents', 'sub_categories'):
            raise InputError(f"SubCategoryHead: cam_from={cam_from!r} must be 'parents' or 'sub_categories'.")
        if sub_categories < 1:
            raise InputError(f'SubCategoryHead: sub_categories={sub_categories} must be at least 1.')
        super().__init__(num_classes, in_channels, loss, init_cfg or dict(INIT), drop_ratio)
        self.sub_categories, self.sub_weight, self.cam_from = sub_categories, sub_weight, cam_from
        self.sub_classifier = nn.Conv2d(in_channels, num_classes * sub_categories, 1, bias=False)

    def check_samples(self, data_samples: list) -> None:
        """Check samples of the training data; `CAMClassifier` calls it before the training starts.

        Raises:
            InputError: see :func:`stack_sub_categories`.
        """
        stack_sub_categories(data_samples, self.num_classes, self.sub_categories)

    def sub_logits(self, features: Features) -> Tensor:
        """Return logits of the sub-categories `(N, L * k)` from the pooled vector `(N, C)`."""
        return self.sub_classifier(self.pooled_vector(features)[:, :, None, None]).flatten(1)

    def cam(self, features: Features) -> Tensor:
        """Localise classes, or sub-categories.

        Args:
            features: of `N` images, the last level `(N, C, h, w)`.

        Returns:
            Maps >= 0, `(N, L, h, w)`, or `(N, L, k, h, w)` with `cam_from='sub_categories'`.
        """
        if self.cam_from == 'parents':
            return super().cam(features)
        return F.relu(self.sub_classifier(features.levels[-1])).unflatten(1, (self.num_classes, self.sub_categories))

    def loss(self, views: list[Features], data_samples: list) -> dict[str, Tensor]:
        """Compare the logits of the first view with classes and sub-categories.

        Args:
            views: features of the same `N` images.
            data_samples: N samples with `gt_score` `(L,)` and `gt_sub_category` `(L * k,)`, both multi-hot.

        Returns:
            `loss_cls`, and `loss_sub_category` times its weight.

        Raises:
            InputError: see :class:`CAMHead` and :func:`stack_sub_categories`.
        """
        view = self.dropped(views[0])
        logits = self.sub_logits(view).float()
        target = stack_gt_scores(data_samples, self.num_classes, logits.device)
        sub_target = stack_sub_categories(data_samples, self.num_classes, self.sub_categories).to(logits)
        return dict(loss_cls=self.loss_module(self.logits(view).float(), target),
                    loss_sub_category=self.sub_weight * self.loss_module(logits, sub_target))


def stack_sub_categories(data_samples: list, num_classes: int, sub_categories: int) -> Tensor:
    """Stack the sub-category labels of a batch.

    Args:
        data_samples: N samples with `gt_sub_category` `(L * k,)`.
        num_classes: `L`.
        sub_categories: `k`.

    Returns:
        `(N, L * k)`.

    Raises:
        InputError: a sample has no such labels, or another number of them.
    """
    require_field(data_samples, 'gt_sub_category', 'sub-category labels', 'Set `sub_category_file` of the dataset to a '
                  "file of tools/make_subcategories.py, and end its pipeline with "
                  "PackImageLabelInputs(keys=['gt_sub_category']).")
    for sample in data_samples:
        if sample.gt_sub_category.numel() != num_classes * sub_categories:
            name = sample.metainfo.get('img_path', 'a sample')
            raise InputError(f'{name} has labels for {sample.gt_sub_category.numel()} sub-categories, but the head is '
                             f'built for {num_classes} classes of {sub_categories}. Set head.sub_categories to the '
                             'number in the sub_category_file.')
    return torch.stack([sample.gt_sub_category for sample in data_samples])
