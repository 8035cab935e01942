"""nGWP and the focal penalty."""
import numpy as np
import pytest
import torch
from message_names import message_names
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from reference_network import samples

from mmwsss.models import NGWP, class_scores, focal_penalty
from mmwsss.utils.errors import InputError


@pytest.mark.parametrize('power, offset', [(3, 0.01), (1, 0.1), (5, 0.01)])
def test_golden_focal_penalty(golden, power, offset):
    data = golden('onestage')
    found = focal_penalty(torch.from_numpy(data['focal_in']), power, offset)
    np.testing.assert_allclose(found, data[f'focal_p{power}_l{offset}'], rtol=0, atol=1e-5)


def slow_scores(scores, power, offset, bg_logit):
    """Image by image and class by class; the background has one logit in every pixel."""
    result = torch.zeros(scores.shape[:2], dtype=scores.dtype)
    total = scores.exp().sum(1) + torch.tensor(bg_logit).exp()
    for image in range(scores.shape[0]):
        for index in range(scores.shape[1]):
            x = scores[image, index]
            mask = x.exp() / total[image]
            size = mask.mean()
            result[image, index] = (mask * x).sum() / (1 + mask.sum()) + (1 - size)**power * (offset + size).log()
    return result


def test_the_neck_equals_a_loop():
    scores = 3 * torch.randn(2, 4, 5, 6, dtype=torch.float64)
    for settings in ((3.0, 0.01, 1.0), (1.0, 0.1, -2.0)):
        torch.testing.assert_close(NGWP(*settings)(scores), slow_scores(scores, *settings))


def test_half_precision_pools_in_float32():
    logits = 30 * torch.randn(2, 5, 64, 64)
    wanted = class_scores(logits)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        torch.testing.assert_close(class_scores(logits), wanted, rtol=0, atol=0)
    assert class_scores(logits.bfloat16()).dtype == torch.float32


@pytest.fixture
def classifier():
    init_default_scope('mmseg')
    return MODELS.build(dict(
        type='CAMClassifier',
        backbone=dict(type='ResNet', depth=18, stem_channels=8, base_channels=8, out_indices=(3, )),
        head=dict(type='NGWPHead', num_classes=3, in_channels=64), test_cfg=dict(scales=(1.0, 0.5), bg_thr=0.3)))


def test_a_cam_classifier_with_ngwp(classifier):
    """No neck: the head pools its own scores; CAMs are the masks."""
    images, labels = torch.randn(2, 3, 64, 80), samples([[1, 0, 1], [0, 1, 0]])
    feat = classifier.backbone(images)[-1]
    scores = classifier.head.classifier(feat)
    logits = classifier._forward(images)
    torch.testing.assert_close(logits, slow_scores(scores, 3.0, 0.01, 1.0))
    every = torch.cat([torch.ones_like(scores[:, :1]), scores], 1).softmax(1)
    torch.testing.assert_close(classifier.cam(images), every[:, 1:])
    loss = classifier.loss(images, labels)['loss_cls']
    target = torch.stack([sample.gt_score for sample in labels])
    torch.testing.assert_close(loss, torch.nn.MultiLabelSoftMarginLoss()(logits, target))  # the release's loss
    predicted = classifier.eval().predict(images, labels)
    assert predicted[0].cam.data.shape == (2, 16, 20) and predicted[1].cam_keys.tolist() == [1]


def test_wrong_settings():
    with pytest.raises(InputError, match=message_names('offset', 0)):
        NGWP(offset=0)
    with pytest.raises(InputError, match=message_names('drop_ratio', 0.5)):
        MODELS.build(dict(type='NGWPHead', drop_ratio=0.5))
