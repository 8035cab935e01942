"""Class re-activation maps, against tensors recorded from the authors' code."""
import numpy as np
import pytest
import torch
from message_names import message_names
from mmengine.registry import init_default_scope
from mmengine.runner import load_checkpoint
from mmseg.registry import MODELS
from reference_network import samples

from mmwsss.models import Features, ReCAMHead
from mmwsss.utils.errors import InputError

VWE = dict(type='VWEHead', encoder=dict(type='VisualWordEncoder', num_words=4))


@pytest.fixture(autouse=True)
def _scope():
    init_default_scope('mmseg')


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


def looped_loss(head, feat, labels):
    """Image by image, class by class."""
    total = 0
    for image, label in zip(feat, labels, strict=True):
        entropies = []
        for index in label.nonzero().flatten():
            cam = torch.einsum('c,chw->hw', head.base.classifier.weight[index, :, 0, 0], image).relu()
            pooled = (image * cam / (cam.max() + 1e-5)).mean((1, 2))
            logits = head.recam_classifier.weight[:, :, 0, 0] @ pooled
            entropies.append(-logits.log_softmax(0)[index])
        total = total + (sum(entropies) / len(entropies) if entropies else 0)
    return head.loss_weight * total / len(feat)


@pytest.mark.parametrize('base', [dict(type='CAMHead'), VWE])
def test_loss_equals_a_loop(base):
    head = ReCAMHead(4, 6, base=base, loss_weight=0.5)
    feat = torch.rand(3, 6, 4, 5)
    labels = torch.tensor([[1., 0, 1, 1], [0, 0, 0, 0], [0, 1, 0, 0]])  # the second image has none
    losses = head.loss([average(feat)], samples(labels))
    torch.testing.assert_close(losses.pop('loss_recam'), looped_loss(head, feat, labels))
    assert losses.keys() == head.base.loss([average(feat)], samples(labels)).keys()


def test_a_batch_without_labels_has_no_loss_but_gradients():
    head = ReCAMHead(4, 6)
    loss = head.loss([average(torch.rand(2, 6, 3, 3))], samples(torch.zeros(2, 4)))['loss_recam']
    loss.backward()
    assert loss == 0
    assert all(parameter.grad is not None and not parameter.grad.any() for parameter in head.parameters())


def test_half_precision():
    head, feat = ReCAMHead(4, 64), 30 * torch.rand(2, 64, 16, 16)
    head.base.classifier.weight.data.abs_()
    labels = samples([[1, 0, 1, 0], [0, 1, 0, 0]])
    wanted = head.loss([average(feat)], labels)['loss_recam']
    with torch.autocast('cpu', dtype=torch.bfloat16):
        found = head.loss([average(feat)], labels)['loss_recam']
    torch.testing.assert_close(found, wanted)


@pytest.mark.parametrize('base', [dict(type='CAMHead'), VWE])
def test_trains_on_from_the_checkpoint_of_its_base(base, tmp_path):
    plain = MODELS.build(dict(base, num_classes=4, in_channels=6))
    head = ReCAMHead(4, 6, base=base)
    second = head.recam_classifier.weight.clone()
    holder, file = torch.nn.Module(), tmp_path / 'plain.pth'  # names start with `head.`, as in CAMClassifier
    holder.head = plain
    torch.save(dict(state_dict=holder.state_dict()), file)
    holder.head = head
    load_checkpoint(holder, str(file))
    for name, value in plain.state_dict().items():
        assert torch.equal(head.base.state_dict()[name], value), name
    assert torch.equal(head.recam_classifier.weight, second)

    head.recam_classifier.weight.data += 1
    other = ReCAMHead(4, 6, base=base)  # its own checkpoint, strictly
    other.load_state_dict(head.state_dict())
    assert torch.equal(other.recam_classifier.weight, head.recam_classifier.weight)


def test_a_classifier_of_another_size():
    plain = MODELS.build(dict(type='CAMHead', num_classes=5, in_channels=6))
    with pytest.raises(InputError, match=message_names(5, 4)):
        ReCAMHead(4, 6).load_state_dict(plain.state_dict(), strict=False)


def test_settings_without_a_type_are_those_of_a_cam_head():
    assert ReCAMHead(4, 6, base=dict(drop_ratio=0.25)).base.drop_ratio == 0.25


def test_bases_that_do_not_fit():
    with pytest.raises(InputError, match=message_names('CAMHead', 3, 4)):
        ReCAMHead(4, 6, base=dict(type='CAMHead', num_classes=3))
    with pytest.raises(InputError, match=message_names('ReCAMHead', 'classifier')):
        ReCAMHead(4, 6, base=dict(type='ReCAMHead'))


def test_a_single_class_teaches_nothing():
    with pytest.raises(InputError, match=message_names('ReCAMHead', 'num_classes=1', 2)):
        ReCAMHead(1, 4)
    assert ReCAMHead(2, 4).num_classes == 2
