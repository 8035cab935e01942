"""The split of a new data set."""
from collections import Counter

import numpy as np
import pytest

from mmwsss.datasets.own_split import split, split_of_folders


def test_each_class_is_on_both_sides():
    draw = np.random.default_rng(0)
    for seed in range(20):
        counts = draw.integers(2, 12, 6)
        groups = [[name] for name, count in zip('abcdef', counts, strict=True) for _ in range(count)]
        for group in groups[::3]:
            group.extend(draw.choice(list('xyz'), 1))
        named = {f'{place}': list(names) for place, names in enumerate([*groups, '', '', '', '', ''])}
        rare = {name for name, count in Counter(sum(named.values(), [])).items() if count < 2}
        named = {place: [name for name in names if name not in rare] for place, names in named.items()}
        train, val = split(named, seed=seed)
        assert sorted(train + val, key=int) == list(named) and not set(train) & set(val)
        every = set(sum(named.values(), []))
        for side in (train, val):
            assert {name for image in side for name in named[image]} == every
        assert 0.1 < len(val) / len(named) < 0.4
        assert split(named, seed=seed) == (train, val)
    assert split(named, seed=1)[1] != split(named, seed=2)[1]


@pytest.mark.parametrize('masked, val, train', [(2, 1, 1), (3, 1, 2), (7, 3, 4), (20, 8, 12), (1, 1, 0)])
def test_masks_are_on_both_sides(masked, val, train):
    labels = {f'{place}': ['cat' if place % 2 else 'dog'] for place in range(40)}
    for seed in range(10):
        with_mask = list(np.random.default_rng(seed).choice(list(labels), masked, replace=False))
        learnt, held_out = split(labels, seed=seed, masked=with_mask)
        assert len(set(learnt) & set(with_mask)) == train and len(set(held_out) & set(with_mask)) == val
        assert len(held_out) == 8 and {labels[name][0] for name in held_out} == {'cat', 'dog'}


def test_folders_that_stand_for_a_split():
    assert split_of_folders(['Train/cat/1', 'val/1', 'train/2', 'test/3']) == (['Train/cat/1', 'train/2'],
                                                                             ['val/1', 'test/3'])
    for ids in (['train/1', 'val/1', 'cat/1'], ['train/1', 'train/2'], ['train', 'val'], ['train/1', 'val/2', '3']):
        assert split_of_folders(ids) is None
