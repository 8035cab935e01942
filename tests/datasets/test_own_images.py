"""Checks of the images and labels of a new data set."""
import pytest
from message_names import message_names
from PIL import Image

from mmwsss.datasets.own_images import check_classes, match_labels, read_sizes, require_match
from mmwsss.utils.errors import InputError


def test_entries_find_their_images():
    ids = ['day/1', 'night/1', 'day/2', 'x_2007_3', 'v1.5', '100m²']
    found = match_labels({'/data/images/day/1.JPG': ['a'], 'night\\1.png': ['b'], '2.jpg': ['a'], 'day/2': ['c'],
                          20073: ['d'], 'v1.5': ['a'], 'gone.jpg': ['a'], 100: ['a']}, ids)
    assert found.labels == {'day/1': ['a'], 'night/1': ['b'], 'day/2': ['a', 'c'], 'x_2007_3': ['d'], 'v1.5': ['a'],
                            '100m²': ['a']}
    assert found.stray == ['gone.jpg'] and found.unlabelled == []
    with pytest.raises(InputError, match=message_names('1.jpg', 'day/1', 'night/1')):
        match_labels({'1.jpg': ['a']}, ids)


@pytest.mark.parametrize('labels, images', [
    ({'train/1.jpg': ['a'], 'val/1.jpg': ['b']}, ['1']), ({'train/1.jpg': ['a'], 'val/1.jpg': ['b']}, ['train/1']),
    ({'day\\1': ['a'], '1.jpg': ['b'], 'x/night/1': ['b']}, ['1'])])
def test_entries_of_two_images_do_not_add_up(labels, images):
    first, *_, second = labels
    with pytest.raises(InputError, match=message_names(first, second, images[0])):
        match_labels(labels, images)


def test_entries_of_one_image_add_up():
    assert match_labels({'cat/1.jpg': ['cat'], 'dog/1.jpg': ['dog']}, ['1']).labels == {'1': ['cat', 'dog']}
    entries = {'/data/day/1.jpg': ['a'], 'day/1': ['b'], '1.jpg': ['c'], 1: ['d']}
    assert match_labels(entries, ['day/1']).labels == {'day/1': ['a', 'b', 'c', 'd']}


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
    ([['train', 'cat'], ['cat'], ['Val'], ['Val']], ('train', 'Val', '--val-list')),
    ([['cat'], ['cat']], ('one class', 'cat', 2)),
    ([['cat', 'dog'], ['cat', 'dog']], ('All classes', 'cat, dog', 2)),
    ([['cat'], ['cat'], ['dog', 'cat']], ('dog', 1, 5)),
    ([[], []], (0, 254))])
def test_nothing_to_learn_from(groups, named):
    with pytest.raises(InputError, match=message_names(*named)):
        check_classes(labels(*groups))


def test_sizes_and_bad_images(tmp_path):
    Image.new('RGB', (6, 4)).save(tmp_path / 'a.png')
    (tmp_path / 'b.jpg').write_bytes(b'\xff\xd8 no image')
    sizes, bad = read_sizes({name[0]: str(tmp_path / name) for name in ('a.png', 'b.jpg')})
    assert sizes == dict(a=(4, 6)) and list(bad) == ['b'] and 'b.jpg' in bad['b']
