"""The encoder against tensors recorded from the authors' code, and its contract."""
import numpy as np
import pytest
import torch
from message_names import message_names

from mmwsss.models import LearnableCodebook, VisualWordEncoder
from mmwsss.utils.errors import InputError


@pytest.fixture
def case(golden):
    """An encoder with the recorded codebook, and the recorded tensors."""
    data = {key: torch.from_numpy(value) for key, value in golden('vwe1').items() if value.ndim}
    encoder = VisualWordEncoder(num_words=12, in_channels=16)
    encoder.codebook.words.data = data['enc_c'].flatten(1).clone()
    return encoder, data


def test_golden_encoding(case):
    encoder, data = case
    words, frequency, presence = encoder(data['enc_x'])
    torch.testing.assert_close(words, data['enc_p'], atol=1e-6, rtol=0)
    torch.testing.assert_close(frequency, data['enc_hist'].flatten(1), atol=1e-5, rtol=0)
    assert torch.equal(presence, data['enc_y'].float())


def test_golden_gradient_of_the_codebook_and_none_of_the_features(case):
    encoder, data = case
    feat = data['enc_x'].clone().requires_grad_()
    (encoder(feat).frequency * data['enc_w'].flatten(1)).sum().backward()
    torch.testing.assert_close(encoder.codebook.words.grad, data['enc_gc'].flatten(1), atol=1e-6, rtol=0)
    assert feat.grad is None


def test_mean_is_sum_over_pixels(case):
    encoder, data = case
    total = encoder(data['enc_x']).frequency
    encoder.frequency = 'mean'
    torch.testing.assert_close(encoder(data['enc_x']).frequency, total / (6 * 7))


def test_presence_by_hand():
    encoder = VisualWordEncoder(num_words=3, in_channels=2)
    encoder.codebook.words.data = torch.tensor([[1., 0.], [0., 1.], [-1., -1.]])
    feat = torch.tensor([[3., .1], [.2, 5.], [2., 0.]]).t().reshape(1, 2, 1, 3)
    words, frequency, presence = encoder(feat)
    assert presence.tolist() == [[1., 1., 0.]]
    cosines = np.array([3 / np.hypot(3, .1), .1 / np.hypot(3, .1), -3.1 / np.hypot(3, .1) / np.sqrt(2)])
    np.testing.assert_allclose(words[0, :, 0, 0].detach(), np.exp(cosines) / np.exp(cosines).sum(), rtol=1e-5)
    torch.testing.assert_close(frequency.sum(), torch.tensor(3.0))


def test_half_precision_keeps_the_words():
    encoder = VisualWordEncoder(num_words=256, in_channels=64)
    feat = torch.randn(1, 64, 4, 4)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        words = encoder(feat).words
    assert words.dtype == torch.float32
    torch.testing.assert_close(words, encoder(feat).words)


def test_errors_name_the_channels():
    with pytest.raises(InputError, match=message_names(5, 4)):
        VisualWordEncoder(num_words=2, in_channels=4)(torch.randn(1, 5, 2, 2))
    with pytest.raises(InputError, match=message_names(7, 4, 2)):
        VisualWordEncoder(2, 4, codebook=dict(type='LearnableCodebook', num_words=7))
    with pytest.raises(InputError, match='frequency'):
        VisualWordEncoder(2, 4, frequency='median')


@pytest.mark.parametrize('temperature', [10.0, 1.0, 0.3])
def test_temperature(case, temperature):
    _, data = case
    encoder = VisualWordEncoder(num_words=12, in_channels=16, temperature=temperature)
    encoder.codebook.words.data = data['enc_c'].flatten(1).clone()
    cosines = torch.cosine_similarity(data['enc_x'][:, None], data['enc_c'].flatten(1)[None, :, :, None, None], dim=2)
    encoding = encoder(data['enc_x'])
    torch.testing.assert_close(encoding.words, (cosines * temperature).softmax(dim=1), atol=1e-5, rtol=0)
    assert torch.equal(encoding.nearest, cosines.argmax(dim=1))


def test_settings_without_a_type_are_those_of_a_learnable_codebook():
    encoder = VisualWordEncoder(3, 4, codebook=dict(decorrelation=1.0))
    assert isinstance(encoder.codebook, LearnableCodebook) and encoder.codebook.decorrelation == 1


def test_temperature_must_be_positive():
    with pytest.raises(InputError, match=message_names('temperature', 0)):
        VisualWordEncoder(2, 4, temperature=0)
