"""The VWE head: losses and maps against tensors recorded from the authors' code (v1 and v2)."""
import numpy as np
import pytest
import torch
from message_names import message_names
from reference_network import golden_network, samples

from mmwsss.models import CAMHead, Features, VWEHead
from mmwsss.utils.errors import InputError


def average(feat):
    """Features of a model that pools by the average."""
    return Features(torch.zeros(len(feat), 3, 8, 8), (feat, ), feat.mean((2, 3)))


@pytest.mark.parametrize('release', ['vwe1', 'vwe2'])
def test_golden_network(golden, release):
    data = golden(release)
    v2 = release == 'vwe2'
    codebook = dict(type='LearnableCodebook', decorrelation=1.0 if v2 else 0.0)
    model = golden_network(encoder=dict(type='VisualWordEncoder', codebook=codebook)).train()
    images = torch.from_numpy(data['net_img'])

    features = model.extract_feat(images)
    feat = features.levels[-1]
    encoding = model.head.encoder(feat)
    np.testing.assert_allclose(model.head.logits(features).detach(), data['net_cls'], atol=1e-5)
    np.testing.assert_allclose(model.head.word_logits(feat).detach(), data['net_word'], atol=1e-5)
    np.testing.assert_allclose(
        model.head.word_to_image_logits(encoding.frequency).detach(), data['net_hist'], atol=1e-5)
    np.testing.assert_array_equal(encoding.presence, data['net_yword'])

    losses = model(images, samples(data['net_label']), mode='loss')
    names = ['loss_cls', 'loss_word_to_image', 'loss_word']
    np.testing.assert_allclose([losses[name].item() for name in names], data['net_losses'], atol=1e-6)
    assert set(losses) == {*names, 'loss_decorrelation'} if v2 else set(names)
    if v2:
        np.testing.assert_allclose(losses['loss_decorrelation'].item(), data['net_decov'], atol=1e-5)

    sum(losses.values()).backward()
    np.testing.assert_allclose(model.head.classifier.weight.grad, data['grad_classifier'], atol=1e-6)
    np.testing.assert_allclose(
        model.backbone.layer3[0].conv1.weight.grad[:8, :8, 0, 0], data['grad_layer3_0_conv1'], atol=1e-7)
    np.testing.assert_allclose(
        model.head.encoder.codebook.words.grad.norm(), data['grad_centroid_norm'], rtol=1e-4)
    np.testing.assert_allclose(
        model.backbone.layer4[2].conv3.weight.grad.norm(), data['grad_layer4_norm'], rtol=1e-4)
    frozen = [p for part in ('conv1', 'bn1', 'layer1', 'layer2') for p in getattr(model.backbone, part).parameters()]
    assert frozen and all(parameter.grad is None for parameter in frozen)


@pytest.mark.parametrize('release', ['vwe1', 'vwe2'])
def test_golden_maps(golden, release):
    data = golden(release)
    model = golden_network().eval()
    with torch.no_grad():
        features = model.extract_feat(torch.from_numpy(data['net_img']))
        np.testing.assert_allclose(model.head.cam(features), data['paper_cam'], atol=1e-5)
        np.testing.assert_allclose(model.head.word_map(features.levels[-1]), data['word_cam'], atol=1e-7)
        model.head.word_cam = False
        np.testing.assert_allclose(model.head.cam(features), data['net_cam'], atol=1e-5)


def test_eq12_takes_the_larger_map():
    head = VWEHead(num_classes=2, in_channels=3, encoder=dict(type='VisualWordEncoder', num_words=4))
    feat = torch.randn(1, 3, 5, 5)
    head.word_to_image.weight.data[0] = 100.0  # class 0: words dominate
    head.word_to_image.weight.data[1] = -100.0  # class 1: nothing left of them after ReLU
    cam = head.cam(average(feat))
    torch.testing.assert_close(cam[:, 0], torch.full((1, 5, 5), 100.0))
    torch.testing.assert_close(cam[:, 1], CAMHead.cam(head, average(feat))[:, 1])


def test_words_do_not_teach_the_backbone_but_their_prediction_does():
    head = VWEHead(num_classes=2, in_channels=3, encoder=dict(type='VisualWordEncoder', num_words=4))
    feat = torch.randn(2, 3, 4, 4, requires_grad=True)
    losses = head.loss([average(feat)], samples([[1, 0], [0, 1]]))
    losses['loss_word_to_image'].backward(retain_graph=True)
    assert feat.grad is None and head.encoder.codebook.words.grad.abs().sum() > 0
    losses['loss_word'].backward()
    assert feat.grad.abs().sum() > 0


def test_the_weight_of_the_word_loss():
    torch.manual_seed(0)
    head = VWEHead(num_classes=2, in_channels=3, encoder=dict(num_words=4))
    feat, labels = torch.randn(2, 3, 4, 4), samples([[1, 0], [0, 1]])
    plain = head.loss([average(feat)], labels)
    heavy = VWEHead(num_classes=2, in_channels=3, encoder=dict(num_words=4), word_weight=4)
    heavy.load_state_dict(head.state_dict())
    for name, loss in heavy.loss([average(feat)], labels).items():
        torch.testing.assert_close(loss, plain[name] * (4 if name == 'loss_word' else 1))
    with pytest.raises(InputError, match=message_names('word_weight', -1)):
        VWEHead(2, 3, word_weight=-1)


@pytest.mark.parametrize('dtype, tolerance', [(torch.float64, 1e-6), (torch.bfloat16, 0.05)])
def test_other_precisions(dtype, tolerance):
    head = VWEHead(num_classes=2, in_channels=3, encoder=dict(type='VisualWordEncoder', num_words=4))
    feat, labels = torch.randn(2, 3, 4, 4), samples([[1, 0], [0, 1]])
    wanted, cam = head.loss([average(feat)], labels), head.cam(average(feat))
    head, feat = head.to(dtype), feat.to(dtype)
    assert head.cam(average(feat)).dtype == dtype
    torch.testing.assert_close(head.cam(average(feat)).float(), cam, atol=tolerance, rtol=tolerance)
    for name, loss in head.loss([average(feat)], labels).items():
        torch.testing.assert_close(loss.float(), wanted[name], atol=tolerance, rtol=tolerance)


def test_autocast_keeps_what_words_tell_of_images_and_pixels():
    head = VWEHead(num_classes=3, in_channels=64)
    feat = torch.rand(2, 64, 6, 5)  # of flat words: images and pixels differ by less than bfloat16 can tell
    wanted = head.word_to_image_logits(head.encoder(feat).frequency), head.word_map(feat)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        found = head.word_to_image_logits(head.encoder(feat).frequency), head.word_map(feat)
    torch.testing.assert_close(found, wanted, atol=1e-6, rtol=0)


def test_channels_that_do_not_match():
    with pytest.raises(InputError, match=message_names(4, 5, 3)):
        VWEHead(2, 3, encoder=dict(type='VisualWordEncoder', num_words=4,
                                   codebook=dict(type='LearnableCodebook', in_channels=5)))
    with pytest.raises(InputError, match=message_names('VWEHead', 3, 5)):
        VWEHead(2, 3, encoder=dict(num_words=4, in_channels=5, codebook=dict(init='features')))


def test_settings_without_a_type_are_those_of_the_encoder():
    encoder = VWEHead(2, 3, encoder=dict(num_words=4, temperature=10)).encoder
    assert (encoder.num_words, encoder.temperature) == (4, 10)
