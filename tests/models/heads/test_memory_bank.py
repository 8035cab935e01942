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


def looped_update(words, feat, nearest, rate, empty):
    """Word by word, pixel by pixel."""
    moved = words.clone()
    for word in range(len(words)):
        near = [feat[n, :, y, x] for n in range(len(feat)) for y in range(feat.shape[2]) for x in range(feat.shape[3])
                if nearest[n, y, x] == word]
        if near or empty == 'shrink':
            moved[word] = (1 - rate) * words[word] + rate * sum(near, torch.zeros(len(words[0]))) / (len(near) + 1e-4)
    return moved


@pytest.mark.parametrize('empty', ['shrink', 'keep'])
def test_update_equals_a_loop(empty):
    codebook = MemoryBankCodebook(num_words=7, in_channels=5, rate=0.3, init='random', empty=empty)
    feat, nearest = 4 * torch.randn(2, 5, 3, 4), torch.randint(6, (2, 3, 4))  # word 6 has no pixel
    wanted = looped_update(codebook.words, feat, nearest, 0.3, empty)
    before = codebook.words[6].clone()
    codebook.update(feat, nearest)
    torch.testing.assert_close(codebook.words, wanted)
    torch.testing.assert_close(codebook.words[6], before * (0.7 if empty == 'shrink' else 1))


def small_head(**codebook):
    return VWEHead(3, 6, word_cam=False, learn_word_to_image=False, encoder=dict(
        type='VisualWordEncoder', num_words=4, codebook=dict(type='MemoryBankCodebook', **codebook)))


def step(head, feat):
    return head.loss([Features(torch.zeros(2, 3, 8, 8), (feat, ), feat.mean((2, 3)))],
                     samples([[1, 0, 1], [0, 1, 0]]))


def test_only_training_moves_the_words():
    head, feat = small_head(), torch.randn(2, 6, 3, 4)
    words = head.encoder.codebook.words.clone()
    step(head.eval(), feat)
    assert torch.equal(head.encoder.codebook.words, words) and not head.encoder.codebook.initialised
    step(head.train(), feat)
    assert torch.equal(head.encoder.codebook.words, draw_features(feat, 4, seed=1))


def test_a_resumed_run_goes_on():
    head, batches = small_head(rate=0.5), torch.randn(3, 2, 6, 3, 4)
    for feat in batches[:2]:
        step(head, feat)
    resumed = small_head(rate=0.5)
    resumed.load_state_dict(head.state_dict())
    for run in (head, resumed):
        step(run, batches[2])
    assert torch.equal(head.encoder.codebook.words, resumed.encoder.codebook.words)


def test_words_of_another_program_are_followed():
    codebook, words = MemoryBankCodebook(num_words=7, in_channels=5, rate=0.3), torch.randn(7, 5)
    codebook.load_state_dict(dict(words=words))
    feat, nearest = torch.randn(2, 5, 3, 4), torch.randint(6, (2, 3, 4))
    codebook.update(feat, nearest)
    torch.testing.assert_close(codebook.words, looped_update(words, feat, nearest, 0.3, 'shrink'))


def test_half_precision_counts_in_full():
    codebook = MemoryBankCodebook(num_words=2, in_channels=4, rate=1.0, init='random')
    feat = torch.full((1, 4, 80, 80), 20.0, dtype=torch.float16)  # the sum is above the largest half
    codebook.update(feat, torch.zeros(1, 80, 80, dtype=torch.long))
    torch.testing.assert_close(codebook.words[0], torch.full((4, ), 20.0))


def test_settings():
    for settings, named in ((dict(rate=0), ['rate', 0]), (dict(rate=1.5), ['rate', 1.5]),
                            (dict(empty='draw'), ['empty', 'draw', 'shrink', 'keep'])):
        with pytest.raises(InputError, match=message_names('MemoryBankCodebook', *named)):
            MemoryBankCodebook(4, 8, **settings)
    with pytest.raises(InputError, match=message_names('(3, 8)', '(4, 8)')):
        MemoryBankCodebook(4, 8).start_from(torch.zeros(3, 8))
    with pytest.raises(InputError, match=message_names('learn_word_to_image', 'word_cam=False')):
        VWEHead(3, 6, learn_word_to_image=False)
