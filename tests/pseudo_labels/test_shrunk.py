"""Refinements of large images at a smaller size."""
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from message_names import message_names

from mmwsss.pseudo_labels.shrunk import refine_shrunk
from mmwsss.utils.errors import InputError


def test_small_images_keep_their_size():
    image, scores = torch.randint(0, 256, (3, 20, 30)).byte(), torch.rand(4, 20, 30)
    seen = []

    def refine(pixels, values):
        seen.append((pixels, values))
        return values * 2

    for limit in (None, 30, 31):
        torch.testing.assert_close(refine_shrunk(refine, image, scores, limit), scores * 2, rtol=0, atol=0)
    assert all(pixels is image and values is scores for pixels, values in seen)


def test_large_images_are_averaged_refined_and_enlarged():
    image, scores = torch.randint(0, 256, (3, 20, 30)).byte(), torch.rand(2, 4, 20, 30).softmax(dim=1)

    def refine(pixels, values):
        assert pixels.shape == (3, 10, 15) and pixels.dtype == torch.uint8 and values.shape == (2, 4, 10, 15)
        blocks = image.float().numpy().reshape(3, 10, 2, 15, 2).mean(axis=(2, 4))
        np.testing.assert_allclose(pixels.numpy(), blocks, atol=0.5)
        means = scores.numpy().reshape(2, 4, 10, 2, 15, 2).mean(axis=(3, 5))
        np.testing.assert_allclose(values.numpy(), means, rtol=1e-5)
        return values.flip(1)

    found = refine_shrunk(refine, image, scores, 15)
    means = F.avg_pool2d(scores, 2).flip(1)
    # Halfway between two cells of the shrunk map, three quarters of the nearer one count, along both sides.
    expected = (9 * means[..., 0, 0] + 3 * means[..., 0, 1] + 3 * means[..., 1, 0] + means[..., 1, 1]) / 16
    torch.testing.assert_close(found[..., 1, 1], expected)
    torch.testing.assert_close(found.sum(dim=1), torch.ones(2, 20, 30))


def test_sides_never_vanish():
    found = refine_shrunk(lambda image, scores: scores, torch.zeros(3, 2, 400).byte(), torch.ones(1, 2, 400), 100)
    torch.testing.assert_close(found, torch.ones(1, 2, 400))


@pytest.mark.parametrize('size', [(40, 60), (30, 20)])
def test_scores_of_another_image(size):
    with pytest.raises(InputError, match=message_names('(60, 40)', str(size))):
        refine_shrunk(lambda image, scores: scores, torch.zeros(3, 60, 40).byte(), torch.zeros(2, *size), 30)
