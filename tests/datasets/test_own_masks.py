"""Masks of a new data set: values, sizes, and whether they agree with the labels."""
import numpy as np
import pytest
from message_names import message_names
from PIL import Image

from mmwsss.datasets.own_masks import check_masks
from mmwsss.utils.errors import InputError

CLASSES = ('background', 'cat', 'dog', 'cow', 'elk')
NUMBERING = '0 background, 1 cat, 2 dog, 3 cow, 4 elk'


def check(folder, masks, labels, classes=CLASSES):
    """Check masks of 4 x 6 that hold the given numbers."""
    for name, numbers in masks.items():
        Image.fromarray(np.resize(np.array(numbers, np.uint8), (4, 6))).save(folder / f'{name}.png')
    paths = {name: str(folder / f'{name}.png') for name in masks}
    return check_masks(paths, dict.fromkeys(masks, (4, 6)), classes, labels)


@pytest.mark.parametrize('mask, named', [
    (np.full((4, 6), 3, np.uint8), ('m.png', 3, '0 background', '2 dog')),
    (np.full((4, 6), 258, np.uint16), ('m.png', 258)),
    (np.zeros((6, 4), np.uint8), ('m.png', '6 x 4', '4 x 6')),
    (np.zeros((4, 6, 3), np.uint8), ('m.png', '(4, 6, 3)'))])
def test_values_and_sizes(tmp_path, mask, named):
    labels = dict(m=['cat'])
    assert check(tmp_path, dict(m=[0, 1, 255]), labels, CLASSES[:3]) == ['dog has no pixel in any mask']
    Image.fromarray(mask).save(tmp_path / 'm.png')
    with pytest.raises(InputError, match=message_names(*named)):
        check_masks(dict(m=str(tmp_path / 'm.png')), dict(m=(4, 6)), CLASSES[:3], labels)


@pytest.mark.parametrize('number_of', [
    dict(cat=255, dog=255, cow=255, elk=255), dict(cat=1, dog=1, cow=1, elk=1), dict(cat=2, dog=1, cow=3, elk=4),
    dict(cat=4, dog=3, cow=2, elk=1)])
def test_numbers_that_mean_something_else(tmp_path, number_of):
    labels = {f'{name}{index}': [name] for name in CLASSES[1:] for index in range(2)}
    masks = {name: [0, number_of[name[:-1]]] for name in labels}
    with pytest.raises(InputError, match=message_names('of 2 images labelled dog, 0', NUMBERING, '--classes')) as error:
        check(tmp_path, masks, labels)
    assert ('0 and 255' in str(error.value)) == (number_of['cat'] == 255)


def test_images_without_an_object_tell_nothing(tmp_path):
    assert check(tmp_path, dict(a=[0], b=[0, 255]), dict(a=[], b=[]), CLASSES[:2]) == ['cat has no pixel in any mask']


def test_a_few_disagreements_are_remarks(tmp_path):
    labels = {f'{index}': [name] for index, name in enumerate(CLASSES[1:] * 2)}
    masks = {name: [0, 1, CLASSES.index(labels[name][0])] for name in labels}
    assert check(tmp_path, masks, labels) == [
        'of 8 images with pixels of cat in their mask, 2 are labelled cat']
    masks['1'] = masks['5'] = [0]
    notes = check(tmp_path, masks, labels)
    assert NUMBERING in notes[0] and 'of 2 images labelled dog, 0' in notes[0]
    masks['5'] = [2]  # half of them is enough
    assert not [note for note in check(tmp_path, masks, labels) if 'dog' in note]
