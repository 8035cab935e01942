"""The plain head."""
import pytest
import torch
import torch.nn.functional as F
from mmseg.structures import SegDataSample
from reference_network import samples

from mmwsss.models import CAMHead, Features
from mmwsss.utils.errors import InputError


def features(feat):
    """Of a model that pools by the average."""
    return Features(torch.zeros(len(feat), 3, 8, 8), (feat, ), feat.mean((2, 3)))


def test_loss_is_multi_label_soft_margin():
    head = CAMHead(num_classes=3, in_channels=4)
    feat = torch.randn(2, 4, 5, 6)
    labels = torch.tensor([[1., 0., 1.], [0., 0., 1.]])
    logits = head.logits(features(feat))
    assert logits.shape == (2, 3)
    torch.testing.assert_close(head.loss([features(feat)], samples(labels))['loss_cls'],
                               F.multilabel_soft_margin_loss(logits, labels))


def test_the_mean_of_the_raw_map_is_the_logit_of_average_pooling():
    head = CAMHead(num_classes=3, in_channels=4)
    feat = torch.randn(2, 4, 5, 6)
    raw = head.classifier(feat)
    torch.testing.assert_close(raw.mean((2, 3)), head.logits(features(feat)))
    assert torch.equal(head.cam(features(feat)), raw.clamp(min=0))


def test_errors_name_the_remedy():
    head = CAMHead(num_classes=3, in_channels=4)
    with pytest.raises(InputError, match='in_channels=5'):
        head.logits(features(torch.randn(1, 5, 2, 2)))
    feat = torch.randn(1, 4, 2, 2)
    with pytest.raises(InputError, match='model.neck'):
        head.logits(features(feat)._replace(pooled=None))
    sample = SegDataSample(metainfo=dict(img_path='a/b.jpg'))
    with pytest.raises(InputError, match='a/b.jpg.*gt_score'):
        head.loss([features(feat)], [sample])
    sample.gt_score = torch.ones(7)
    with pytest.raises(InputError, match='a/b.jpg.*7.*3.*num_classes'):
        head.loss([features(feat)], [sample])
