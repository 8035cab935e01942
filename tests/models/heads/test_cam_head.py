"""The plain head."""
import pytest
import torch
import torch.nn.functional as F
from message_names import message_names
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


def test_channels_are_dropped_in_training_only():
    head = CAMHead(num_classes=6, in_channels=6, drop_ratio=0.5)
    head.classifier.weight.data = torch.eye(6)[:, :, None, None]
    seen = []
    head.loss_module.register_forward_hook(lambda module, given, result: seen.append(given[0].detach()))
    seen_by_head, labels = features(torch.rand(20, 6, 3, 4) + 0.1), samples(torch.ones(20, 6))
    for training in (True, False):
        head.train(training).loss([seen_by_head], labels)
    dropped = seen[0] == 0
    assert 0.3 < dropped.float().mean() < 0.7
    torch.testing.assert_close(seen[0], torch.where(dropped, 0, 2 * seen_by_head.pooled))
    torch.testing.assert_close(seen[1], seen_by_head.pooled)
    torch.testing.assert_close(head.train().logits(seen_by_head), seen_by_head.pooled)
    with pytest.raises(InputError, match=message_names('drop_ratio=1.0')):
        CAMHead(drop_ratio=1.0)
