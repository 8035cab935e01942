"""A head that compares two views of an image.

In the config: `model = dict(head=dict(type='EquivarianceHead'), train_cfg=dict(views=[dict(), dict(scale=0.5)]))`.
"""
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import Tensor

from mmwsss.models import CAMHead, Features
from mmwsss.models.heads import stack_gt_scores


@MODELS.register_module()
class EquivarianceHead(CAMHead):
    """A `CAMHead` whose class activation maps should follow the scale of the image.

    The idea is SEAM's (Wang et al., CVPR 2020); the loss is its simplest form, without the attention module.

    Args:
        equivariance_weight: of the second loss.
        **kwargs: see `CAMHead`.
    """

    def __init__(self, equivariance_weight: float = 1.0, **kwargs) -> None:
        super().__init__(**kwargs)
        self.equivariance_weight = equivariance_weight

    def loss(self, views: list[Features], data_samples: list) -> dict[str, Tensor]:
        """`loss_cls` of the first of two views, and `loss_equivariance`, the difference of their maps."""
        losses = super().loss(views, data_samples)
        first, second = (self.normalized_cam(view) for view in views)  # (N, L, h, w) and (N, L, h', w')
        first = F.interpolate(first, size=second.shape[2:], mode='bilinear', align_corners=False)
        present = stack_gt_scores(data_samples, self.num_classes, first.device)[:, :, None, None]
        losses['loss_equivariance'] = self.equivariance_weight * ((first - second).abs() * present).mean()
        return losses

    def normalized_cam(self, view: Features) -> Tensor:
        """Maps `(N, L, h, w)`, each divided by its maximum."""
        cam = self.cam(view).float()
        return cam / (cam.amax(dim=(2, 3), keepdim=True) + 1e-5)
