"""The memory bank of visual words, against tensors recorded from the authors' code (VWL-M)."""
import numpy as np
import pytest
import torch
from message_names import message_names
from reference_network import samples
from weights_rule import tensor_by_name

from mmwsss.models import HSPP, Features, MemoryBankCodebook, VWEHead
from mmwsss.models.heads.draw_features import draw_features
from mmwsss.utils.errors import InputError

NAMES = dict(classifier='classifier', word_to_image='fc_a', word_classifier='fc_b')


def recorded_head(data):
    """A VWL-M head with the recorded weights and random words."""
    (words, channels), classes = data['init_random'].shape, data['label'].shape[2]
    head = VWEHead(classes, channels, word_cam=False, learn_word_to_image=False, encoder=dict(
        type='VisualWordEncoder', num_words=words, codebook=dict(type='MemoryBankCodebook')))
    for name, reference in NAMES.items():
        weight = getattr(head, name).weight
        weight.data = tensor_by_name(f'{reference}.weight', weight.shape, 7)
    head.encoder.codebook.words.copy_(torch.from_numpy(data['init_random']))
    return head


def test_golden_steps(golden):
    data = golden('vwl_m')
    head, neck = recorded_head(data), HSPP(adaptive=False)
    codebook = head.encoder.codebook
    for step in range(3):
        feat = torch.from_numpy(data['feat'][step]).requires_grad_()
        features = Features(torch.zeros(2, 3, 8, 8), (feat, ), neck(feat))
        with torch.no_grad():
            encoding = head.encoder(feat)
        np.testing.assert_array_equal(encoding.nearest, data['index'][step])
        np.testing.assert_array_equal(encoding.nearest.flatten().bincount(minlength=12), data['count'][step])
        np.testing.assert_array_equal(encoding.presence, data['presence'][step])
        np.testing.assert_allclose(encoding.words, data['prob'][step], atol=1e-5)
        with torch.no_grad():
            np.testing.assert_allclose(head.logits(features), data['cls'][step], atol=1e-5)
            np.testing.assert_allclose(head.word_to_image_logits(encoding.frequency), data['hist'][step], atol=1e-5)
            np.testing.assert_allclose(head.word_logits(feat), data['word'][step], atol=1e-5)

        losses = head.loss([features], samples(data['label'][step]))
        np.testing.assert_allclose([losses[name].item() for name in ('loss_cls', 'word_to_image', 'loss_word')],
                                   data['losses'][step], atol=1e-5)
        if step == 0:  # the draw is random: take the recorded one
            assert codebook.initialised
            pixels = feat.detach().permute(0, 2, 3, 1).flatten(0, 2)
            assert all((word == pixels).all(dim=1).any() for word in codebook.words)
            codebook.start_from(pixels[torch.from_numpy(data['init_index'])])
        np.testing.assert_allclose(codebook.words, data['codebook'][step], atol=1e-5)

        head.zero_grad()
        sum(loss for name, loss in losses.items() if 'loss' in name).backward()
        close_gradient(feat.grad, data['grad_feat'][step])
        close_gradient(head.classifier.weight.grad[:, :, 0, 0], data['grad_classifier'][step])
        close_gradient(head.word_classifier.weight.grad[:, :, 0, 0], data['grad_fc_b'][step])
        assert head.word_to_image.weight.grad is None and not head.word_to_image.weight.requires_grad


def close_gradient(found, wanted):
    np.testing.assert_allclose(found, wanted, atol=1e-3 * np.abs(wanted).max())
