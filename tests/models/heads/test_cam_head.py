"""The plain head."""
import pytest
import torch
import torch.nn.functional as F
from message_names import message_names
from mmseg.structures import SegDataSample
from reference_network import samples

from mmwsss.models import CAMHead
from mmwsss.utils.errors import InputError


def test_loss_is_multi_label_soft_margin():
    head = CAMHead(num_classes=3, in_channels=4)
    feat = torch.randn(2, 4, 5, 6)
    labels = torch.tensor([[1., 0., 1.], [0., 0., 1.]])
    logits = head(feat, feat.mean((2, 3)))
    assert logits.shape == (2, 3)
    torch.testing.assert_close(head.loss(feat, feat.mean((2, 3)), samples(labels))['loss_cls'],
                               F.multilabel_soft_margin_loss(logits, labels))


def test_the_mean_of_the_raw_map_is_the_logit_of_average_pooling():
    head = CAMHead(num_classes=3, in_channels=4)
    feat = torch.randn(2, 4, 5, 6)
    raw = head.classifier(feat)
    torch.testing.assert_close(raw.mean((2, 3)), head(feat, feat.mean((2, 3))))
    assert torch.equal(head.cam(feat), raw.clamp(min=0))


def test_errors_name_the_remedy():
    head = CAMHead(num_classes=3, in_channels=4)
    with pytest.raises(InputError, match='in_channels=5'):
        head(torch.randn(1, 5, 2, 2), torch.randn(1, 5))
    feat = torch.randn(1, 4, 2, 2)
    sample = SegDataSample(metainfo=dict(img_path='a/b.jpg'))
    with pytest.raises(InputError, match=message_names('a/b.jpg', 'labels')):
        head.loss(feat, feat.mean((2, 3)), [sample])
    sample.gt_score = torch.ones(7)
    with pytest.raises(InputError, match=message_names('a/b.jpg', 7, 3)):
        head.loss(feat, feat.mean((2, 3)), [sample])
