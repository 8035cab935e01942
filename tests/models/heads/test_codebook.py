"""The learnable codebook."""
import torch

from mmwsss.models import LearnableCodebook, decorrelation_loss


def test_words_are_a_parameter_of_unit_length_on_average():
    codebook = LearnableCodebook(num_words=64, in_channels=256)
    assert codebook().shape == (64, 256) and codebook() is codebook.words
    torch.testing.assert_close(codebook().norm(dim=1).mean(), torch.tensor(1.0), atol=0.05, rtol=0)


def test_decorrelation_is_asked_for():
    assert LearnableCodebook(4, 8).loss() == {}
    codebook = LearnableCodebook(4, 8, decorrelation=0.5)
    loss = codebook.loss()
    torch.testing.assert_close(loss['loss_decorrelation'], 0.5 * decorrelation_loss(codebook.words))
