"""A head that also learns sub-classes, from labels that your own transform loads.

In the config, after `LoadImage`: `dict(type='LoadSubclasses', path=..., num_subclasses=200)`, and at the end
`dict(type='PackImageLabelInputs', keys=['gt_subclass'])`.
"""
import json

import numpy as np
import torch
from mmcv.transforms import BaseTransform
from mmseg.registry import MODELS, TRANSFORMS
from torch import Tensor, nn

from mmwsss.models import CAMHead, Features


@TRANSFORMS.register_module()
class LoadSubclasses(BaseTransform):
    """Read which sub-classes an image holds.

    Required key: `img_id`. Added: `gt_subclass`, float32 `(S,)`, 1 for each sub-class of the image.

    Args:
        path: JSON file, image id -> list of sub-class indices.
        num_subclasses: `S`.
    """

    def __init__(self, path: str, num_subclasses: int) -> None:
        with open(path, encoding='utf-8') as file:
            self.subclasses = json.load(file)
        self.num_subclasses = num_subclasses

    def transform(self, results: dict) -> dict:
        """Add `gt_subclass`; `PackImageLabelInputs(keys=['gt_subclass'])` puts it into the data sample."""
        results['gt_subclass'] = np.zeros(self.num_subclasses, np.float32)
        results['gt_subclass'][self.subclasses[results['img_id']]] = 1
        return results


@MODELS.register_module()
class SubclassHead(CAMHead):
    """A `CAMHead` with a second classifier of the pooled vector.

    Args:
        num_subclasses: `S`.
        **kwargs: see `CAMHead`.
    """

    def __init__(self, num_subclasses: int, **kwargs) -> None:
        super().__init__(**kwargs)
        self.subclassifier = nn.Linear(self.in_channels, num_subclasses, bias=False)

    def loss(self, views: list[Features], data_samples: list) -> dict[str, Tensor]:
        """`loss_cls`, and `loss_subclass` against each sample's `gt_subclass` `(S,)`."""
        losses = super().loss(views, data_samples)
        logits = self.subclassifier(views[0].pooled).float()  # (N, S)
        target = torch.stack([sample.gt_subclass for sample in data_samples])
        losses['loss_subclass'] = self.loss_module(logits, target.to(logits))
        return losses
