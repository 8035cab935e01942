"""The contract of codebooks, and the learnable one."""
import pytest
import torch
import torch.nn.functional as F
from message_names import message_names
from mmengine.runner import load_checkpoint
from mmseg.registry import MODELS

from mmwsss.models import Codebook, LearnableCodebook, decorrelation_loss
from mmwsss.utils.errors import InputError

CODEBOOKS = sorted(name for name, item in MODELS.module_dict.items()
                   if isinstance(item, type) and issubclass(item, Codebook))


def test_there_are_codebooks():
    assert {'LearnableCodebook', 'MemoryBankCodebook'} <= set(CODEBOOKS)


@pytest.mark.parametrize('name', CODEBOOKS)
def test_contract(name, tmp_path):
    codebook = MODELS.build(dict(type=name, num_words=4, in_channels=8))
    feat = torch.randn(2, 8, 3, 5)
    codebook.prepare(feat)
    assert codebook().shape == (4, 8) and codebook().isfinite().all()
    assert all(loss.shape == () for loss in codebook.loss().values())
    codebook.update(feat, torch.randint(4, (2, 3, 5)))

    again = MODELS.build(dict(type=name, num_words=4, in_channels=8))  # a checkpoint holds the words
    again.load_state_dict(codebook.state_dict())
    assert torch.equal(again(), codebook())
    other = MODELS.build(dict(type=name, num_words=6, in_channels=8))
    with pytest.raises(InputError, match=message_names('4 x 8', '6 x 8')):
        other.load_state_dict(codebook.state_dict(), strict=False)
    torch.save(dict(state_dict=codebook.state_dict()), tmp_path / 'words.pth')
    with pytest.raises(InputError, match=message_names('4 x 8', '6 x 8')):  # MMEngine only warns of other sizes
        load_checkpoint(other, str(tmp_path / 'words.pth'))


@pytest.mark.parametrize('init', ['random', 'features'])
@pytest.mark.parametrize('name', CODEBOOKS)
def test_words_of_a_checkpoint_that_does_not_say_are_kept(name, init, tmp_path):
    """Older checkpoints, and those of other code, have words alone."""
    codebook = MODELS.build(dict(type=name, num_words=4, in_channels=8, init=init))
    words = torch.randn(4, 8)
    torch.save(dict(state_dict=dict(words=words)), tmp_path / 'words.pth')
    load_checkpoint(codebook, str(tmp_path / 'words.pth'), strict=True)
    feat = torch.full((2, 8, 3, 5), 7.0)
    codebook.prepare(feat)
    assert torch.equal(codebook(), words)
    codebook.update(feat, torch.zeros(2, 3, 5, dtype=torch.long))
    torch.testing.assert_close(codebook().detach(), words, atol=0.02, rtol=0)  # a moving average goes on from them


@pytest.mark.parametrize('name', CODEBOOKS)
def test_words_are_drawn_where_a_checkpoint_says_so_or_has_none(name):
    codebook = MODELS.build(dict(type=name, num_words=4, in_channels=8, init='features'))
    feat = torch.full((2, 8, 3, 5), 8**-0.5)
    for state in (dict(words=torch.randn(4, 8), initialised=torch.tensor(False)), dict()):
        codebook.initialised.fill_(False)
        codebook.load_state_dict(state, strict=False)
        assert not codebook.initialised
        codebook.prepare(feat)
        codebook.update(feat, torch.zeros(2, 3, 5, dtype=torch.long))
        torch.testing.assert_close(codebook().detach(), torch.full((4, 8), 8**-0.5))


@pytest.mark.parametrize('name', CODEBOOKS)
def test_unknown_settings(name):
    with pytest.raises(InputError, match=message_names(name, 'init', 'zeros', 'random', 'features')):
        MODELS.build(dict(type=name, num_words=4, in_channels=8, init='zeros'))


@pytest.mark.parametrize('name', CODEBOOKS)
@pytest.mark.parametrize('key, value', [('num_words', 0), ('num_words', 2.5), ('in_channels', -1)])
def test_sizes_that_no_codebook_has(name, key, value):
    with pytest.raises(InputError, match=message_names(name, key, value)):
        MODELS.build(dict(type=name, num_words=4, in_channels=8) | {key: value})


def test_words_are_a_parameter():
    codebook = LearnableCodebook(num_words=64, in_channels=256)
    assert codebook().shape == (64, 256) and codebook() is codebook.words
    assert list(codebook.state_dict()) == ['words']


@pytest.mark.parametrize('name', ['LearnableCodebook', 'MemoryBankCodebook'])
def test_first_words_are_as_long_as_in_the_releases(name):
    words = MODELS.build(dict(type=name, num_words=64, in_channels=768))()
    torch.testing.assert_close(words.std(), torch.tensor((3 * 768)**-0.5), rtol=0.02, atol=0)
    torch.testing.assert_close(words.mean(), torch.tensor(0.0), rtol=0, atol=4e-4)


def test_decorrelation_is_asked_for():
    assert LearnableCodebook(4, 8).loss() == {}
    codebook = LearnableCodebook(4, 8, decorrelation=0.5)
    loss = codebook.loss()
    torch.testing.assert_close(loss['loss_decorrelation'], 0.5 * decorrelation_loss(codebook.words))
    with pytest.raises(InputError, match=message_names('decorrelation', -1)):
        LearnableCodebook(4, 8, decorrelation=-1)


def test_words_from_the_first_batch():
    codebook = LearnableCodebook(num_words=5, in_channels=8, init='features')
    feat = torch.randn(2, 8, 3, 4)
    codebook.prepare(feat)
    pixels = F.normalize(feat.permute(0, 2, 3, 1).flatten(0, 2), dim=1)
    drawn = codebook.words.detach().clone()
    assert all((word - pixels).abs().amax(dim=1).min() < 1e-6 for word in drawn)
    assert codebook.words.requires_grad
    codebook.prepare(torch.randn(2, 8, 3, 4))  # only once
    assert torch.equal(codebook.words, drawn)
    resumed = LearnableCodebook(num_words=5, in_channels=8, init='features')
    resumed.load_state_dict(codebook.state_dict())
    resumed.prepare(torch.randn(2, 8, 3, 4))
    assert torch.equal(resumed.words, drawn)


def test_features_without_a_direction_are_no_words():
    """The gradient of a word that is all 0 would throw it far away."""
    codebook = LearnableCodebook(num_words=40, in_channels=8, init='features')
    random, feat = codebook.words.detach().clone(), torch.zeros(1, 8, 1, 2)
    feat[..., 1] = 1
    codebook.prepare(feat)
    from_features = (codebook.words == 8**-0.5).all(dim=1)
    assert 0 < from_features.sum() < 40
    assert torch.equal(codebook.words[~from_features], random[~from_features])
