"""Weighted rank pooling against a loop."""
import pytest
import torch
from message_names import message_names

from mmwsss.models.necks import WeightedRankPooling, weighted_rank_pooling
from mmwsss.utils.errors import InputError


@pytest.mark.parametrize('decay', [0.0, 0.5, 0.996, 1.0])
def test_as_a_loop(decay):
    maps = torch.randn(2, 3, 4, 5)
    found = WeightedRankPooling(decay)(maps)
    for row, values in zip(found.flatten(), maps.flatten(0, 1).flatten(1), strict=True):
        ranked = sorted(values.tolist(), reverse=True)
        weights = [decay**rank for rank in range(len(ranked))]
        assert row.item() == pytest.approx(sum(map(float.__mul__, ranked, weights)) / sum(weights), abs=1e-5)


def test_where_the_weight_is():
    """Half of it on the highest tenth for classes, on 31 % for the background."""
    step = torch.zeros(1681)
    step[:168] = 1
    assert weighted_rank_pooling(step, 0.996).item() == pytest.approx(0.49, abs=0.01)
    step[:521] = 1
    assert weighted_rank_pooling(step, 0.999).item() == pytest.approx(0.5, abs=0.01)


def test_a_bad_decay():
    with pytest.raises(InputError, match=message_names('decay', 1.5)):
        WeightedRankPooling(1.5)
