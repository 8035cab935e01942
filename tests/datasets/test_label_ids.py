"""What is written as a mask is read as the same classes, with any kind of ids."""
import numpy as np
import pytest
from message_names import message_names
from PIL import Image

from mmwsss.datasets.label_ids import class_ids, classes_of_ids, ids_on_disk, write_labels
from mmwsss.datasets.transforms.load_mask import read_mask, to_classes
from mmwsss.utils.errors import InputError

SUBSET = {old: 255 for old in range(21)} | {0: 0, 12: 1, 8: 2}


@pytest.mark.parametrize(('label_map', 'reduce', 'on_disk'), [
    (None, False, [0, 1, 2]), (None, True, [1, 2, 3]), (SUBSET, False, [0, 12, 8]), (SUBSET, True, [1, 13, 9])])
def test_round_trip(tmp_path, label_map, reduce, on_disk):
    meta = dict(classes=('background', 'dog', 'cat'), label_map=label_map, reduce_zero_label=reduce)
    labels = np.array([[0, 1, 2, 255]])
    write_labels(tmp_path / 'a.png', labels, meta)
    assert np.asarray(Image.open(tmp_path / 'a.png')).tolist() == [[*on_disk, 255]]
    assert ids_on_disk(meta).tolist() == on_disk
    table = classes_of_ids(3, label_map, reduce)
    np.testing.assert_array_equal(to_classes(read_mask(str(tmp_path / 'a.png')), table, 'a.png'), labels)


@pytest.mark.parametrize(('reduce', 'numbers'), [
    (False, {0: 0, 1: 255, 2: 2, 3: 3}), (True, {0: 255, 1: 1, 2: 255, 3: 3, 4: 4})])
def test_what_annotations_may_call_the_classes(reduce, numbers):
    meta = dict(classes=('background', 'dog', 'cat'), label_map={0: 0, 1: 255, 2: 2, 3: 1}, reduce_zero_label=reduce)
    found = class_ids(meta, ('background', 'cow', 'cat', 'dog'), dict(bull='cow', puppy='dog'))
    assert found.names == dict(background=reduce, cow=255, cat=2 + reduce, dog=3 + reduce, bull=255, puppy=3 + reduce)
    assert found.numbers == numbers


@pytest.mark.parametrize(('count', 'reduce', 'fits'), [
    (255, False, True), (256, False, False), (254, True, True), (255, True, False), (300, False, False)])
def test_more_classes_than_a_file_can_hold(tmp_path, count, reduce, fits):
    meta = dict(classes=[str(index) for index in range(count)], reduce_zero_label=reduce)
    if fits:
        write_labels(tmp_path / 'a.png', np.array([[count - 1]]), meta)
        assert np.asarray(Image.open(tmp_path / 'a.png')).tolist() == [[254]]
        return
    with pytest.raises(InputError, match=message_names(count, 255)):
        write_labels(tmp_path / 'a.png', np.array([[0]]), meta)


@pytest.mark.parametrize('wrong', [3, 254, 256, -1])
def test_labels_that_are_no_class(tmp_path, wrong):
    with pytest.raises(InputError, match=message_names('a.png', wrong, 3)):
        write_labels(tmp_path / 'a.png', np.array([[0, wrong]]), dict(classes='abc'))
    assert not (tmp_path / 'a.png').exists()
