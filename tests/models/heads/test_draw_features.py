"""Drawing pixels from a batch that several processes share."""
import pytest
import torch

from mmwsss.models.heads import draw_features as module
from mmwsss.models.heads.draw_features import draw_features


def pixels_of(images):
    """All pixels `(P, C)`, image after image."""
    return torch.cat([image.flatten(1).t() for image in images])


def on_ranks(parts, count, seed, monkeypatch):
    """What ranks with these batches draw, by turns in one process."""
    sizes = [torch.tensor([len(part), part[0, 0].numel()]) for part in parts]
    monkeypatch.setattr(module, 'all_gather', lambda size: sizes)
    monkeypatch.setattr(module, 'all_reduce', lambda drawn: None)
    total = 0
    for rank, part in enumerate(parts):
        monkeypatch.setattr(module, 'get_rank', lambda rank=rank: rank)
        total = total + draw_features(part, count, seed)
    return total


def test_every_pixel_is_drawn_equally_often():
    feat = torch.arange(12.0).reshape(2, 1, 2, 3)
    drawn = draw_features(feat, 12000, seed=0).flatten().long().bincount(minlength=12)
    assert (drawn - 1000).abs().max() < 150
    assert torch.equal(draw_features(feat, 9, seed=3), draw_features(feat, 9, seed=3))
    assert not torch.equal(draw_features(feat, 9, seed=3), draw_features(feat, 9, seed=4))


@pytest.mark.parametrize('ranks', [2, 3])
def test_ranks_draw_what_one_process_draws(ranks, monkeypatch):
    feat = torch.randn(6, 5, 3, 4)
    wanted = draw_features(feat, 40, seed=1)
    parts = [feat[rank::ranks] for rank in range(ranks)]  # as a sampler deals out
    torch.testing.assert_close(on_ranks(parts, 40, 1, monkeypatch), wanted, rtol=0, atol=0)


def test_ranks_with_different_batches(monkeypatch):
    parts = [torch.randn(3, 5, 2, 2), torch.randn(1, 5, 3, 4)]
    pixels = pixels_of([parts[0][0], parts[1][0], parts[0][1], parts[0][2]])
    index = torch.randint(len(pixels), (50, ), generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(on_ranks(parts, 50, 1, monkeypatch), pixels[index], rtol=0, atol=0)
