"""Heads that do not have the three verbs are refused when the classifier is built."""
import pytest
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from torch import nn

from mmwsss.models import CAMHead
from mmwsss.utils.errors import InputError


class OldHead(nn.Module):
    """`forward` and `cam` take the last map, `loss` the pooled vector too."""

    def forward(self, feat, pooled):
        """Never reached."""

    def cam(self, feat):
        """Never reached."""

    def loss(self, feat, pooled, data_samples):
        """Never reached."""


class OldSubclass(CAMHead):
    """Has `logits` from its parent."""

    def loss(self, feat, pooled, data_samples):
        """Never reached."""


class NoCAM(nn.Module):
    """Only classifies."""

    def logits(self, features):
        """Never reached."""

    def loss(self, views, data_samples):
        """Never reached."""


@pytest.mark.parametrize(('head', 'names'), [
    (OldHead, r'OldHead.*logits\(features\).*cam\(features\).*loss\(views, data_samples\)'),
    (OldSubclass, r'OldSubclass.*loss\(feat, pooled, data_samples\).*loss\(views, data_samples\)'),
    (NoCAM, r'NoCAM.*cam\(features\)'),
])
def test_a_head_of_another_signature_is_named(head, names):
    init_default_scope('mmseg')
    MODELS.register_module(module=head, force=True)
    try:
        with pytest.raises(InputError, match=names):
            MODELS.build(dict(type='CAMClassifier', backbone=dict(type='ResNet', depth=18), neck=dict(type='HSPP'),
                              head=dict(type=head.__name__)))
    finally:
        MODELS.module_dict.pop(head.__name__)
