"""Checks of a new data set, and its split."""
from collections import Counter

import numpy as np
import pytest
from message_names import message_names
from PIL import Image

from mmwsss.datasets.own_images import check_classes, check_masks, match_labels, read_sizes, require_match, split
from mmwsss.utils.errors import InputError


def test_entries_find_their_images():
    ids = ['day/1', 'night/1', 'day/2', 'x_2007_3', 'v1.5']
    found = match_labels({'/data/images/day/1.JPG': ['a'], 'night\\1.png': ['b'], '2.jpg': ['a'], 'day/2': ['c'],
                          20073: ['d'], 'v1.5': ['a'], 'gone.jpg': ['a']}, ids)
    assert found.labels == {'day/1': ['a'], 'night/1': ['b'], 'day/2': ['a', 'c'], 'x_2007_3': ['d'], 'v1.5': ['a']}
    assert found.stray == ['gone.jpg'] and found.unlabelled == []
    with pytest.raises(InputError, match=message_names('1.jpg', 'day/1', 'night/1')):
        match_labels({'1.jpg': ['a']}, ids)


def test_both_ways_are_named():
    with pytest.raises(InputError, match=message_names('gone', 'b, c', 1, 2, 3, '--skip-bad')):
        require_match(match_labels({'a': [], 'gone': []}, ['a', 'b', 'c']), 3)


def labels(*groups):
    return {f'{place}': list(names) for place, names in enumerate(groups)}


def test_counts_and_remarks():
    counts, notes = check_classes(labels('ab', 'ab', 'a', 'a', 'ac', 'ac', 'ac', 'ac', 'ac'))
    assert counts == dict(a=9, b=2, c=5) and list(counts) == ['a', 'b', 'c']
    assert len(notes) == 2 and 'b has only 2 images' in notes[0] and 'a is in all images' in notes[1]
    assert 'one class' in check_classes(labels(*'aaaaa', ''))[1][0]


@pytest.mark.parametrize('groups, named', [
    ([['cat'], ['Cat'], ['dog']], ("'cat'", "'Cat'", 1)),
    ([['traffic light'], ['trafficlight'], ['dog']], ("'traffic light'", "'trafficlight'")),
    ([['Background', 'cat'], ['cat'], ['dog']], ('Background', )),
    ([['cat'], ['cat']], ('one class', 'cat', 2)),
    ([['cat', 'dog'], ['cat', 'dog']], ('All classes', 'cat, dog', 2)),
    ([['cat'], ['cat'], ['dog', 'cat']], ('dog', 1, 5)),
    ([[], []], (0, 254))])
def test_nothing_to_learn_from(groups, named):
    with pytest.raises(InputError, match=message_names(*named)):
        check_classes(labels(*groups))


def test_each_class_is_on_both_sides():
    draw = np.random.default_rng(0)
    for seed in range(20):
        counts = draw.integers(2, 12, 6)
        groups = [[name] for name, count in zip('abcdef', counts, strict=True) for _ in range(count)]
        for group in groups[::3]:
            group.extend(draw.choice(list('xyz'), 1))
        named = {place: names for place, names in labels(*groups, '', '', '', '', '').items()}
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


def test_sizes_and_bad_images(tmp_path):
    Image.new('RGB', (6, 4)).save(tmp_path / 'a.png')
    (tmp_path / 'b.jpg').write_bytes(b'\xff\xd8 no image')
    sizes, bad = read_sizes({name[0]: str(tmp_path / name) for name in ('a.png', 'b.jpg')})
    assert sizes == dict(a=(4, 6)) and list(bad) == ['b'] and 'b.jpg' in bad['b']


@pytest.mark.parametrize('mask, named', [
    (np.full((4, 6), 3, np.uint8), ('m.png', 3, '0 background', '2 dog')),
    (np.full((4, 6), 258, np.uint16), ('m.png', 258)),
    (np.zeros((6, 4), np.uint8), ('m.png', '6 x 4', '4 x 6')),
    (np.zeros((4, 6, 3), np.uint8), ('m.png', '(4, 6, 3)'))])
def test_masks(tmp_path, mask, named):
    classes = ('background', 'cat', 'dog')
    paths = dict(m=str(tmp_path / 'm.png'))
    Image.fromarray(np.array([[0, 1, 255, 0, 0, 0]] * 4, np.uint8)).save(paths['m'])
    assert check_masks(paths, dict(m=(4, 6)), classes) == ['dog has no pixel in any mask']
    Image.fromarray(mask).save(paths['m'])
    with pytest.raises(InputError, match=message_names(*named)):
        check_masks(paths, dict(m=(4, 6)), classes)
