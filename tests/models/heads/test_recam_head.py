"""Class re-activation maps, against tensors recorded from the authors' code."""
import numpy as np
import torch
from reference_network import samples

from mmwsss.models import Features, ReCAMHead


def recorded_head(data):
    """A head with the recorded weights."""
    classes, channels = data['recam_cls_weight'].shape[:2]
    head = ReCAMHead(classes, channels)
    head.base.classifier.weight.data = torch.from_numpy(data['recam_cls_weight'])
    head.recam_classifier.weight.data = torch.from_numpy(data['recam_pred_weight'])
    return head


def average(feat):
    """Features of a model that pools by the average."""
    return Features(torch.zeros(len(feat), 3, 8, 8), (feat, ), feat.mean((2, 3)))


def test_golden(golden):
    data = golden('recam')
    head = recorded_head(data)
    feat = torch.from_numpy(data['recam_feat']).requires_grad_()
    features = average(feat)
    with torch.no_grad():
        np.testing.assert_allclose(head.logits(features), data['recam_logits'], atol=1e-5)
        np.testing.assert_allclose(head.class_map(feat), data['recam_cams'], atol=1e-5)
        np.testing.assert_allclose(head.pool(feat), data['recam_pooled'], atol=1e-5)
        maps = head.cam(features)
        np.testing.assert_allclose(maps[0] + maps[1].flip(-1), data['recam_map'], atol=1e-5)
    loss = head.loss([features], samples(data['recam_label']))['loss_recam']
    np.testing.assert_allclose(loss.item(), data['recam_loss'], atol=1e-5)
    loss.backward()
    for found, name in ((feat, 'feat'), (head.base.classifier.weight, 'cls'), (head.recam_classifier.weight, 'pred')):
        wanted = data[f'recam_grad_{name}']
        np.testing.assert_allclose(found.grad, wanted, atol=1e-3 * np.abs(wanted).max())
