"""Which images are worked on, and what their results are called."""
import io
from pathlib import Path

import numpy as np
import pytest
import torch
from message_names import message_names
from PIL import Image

from mmwsss.apis.inputs import find_images
from mmwsss.utils.errors import InputError


@pytest.fixture
def folder(tmp_path):
    for name in ('b.jpg', 'a.PNG', 'sub/c.jpeg', 'notes.txt', 'sub/d.npz'):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_files_folders_and_arrays(folder):
    image = np.zeros((2, 3, 3), np.uint8)
    found = find_images([str(folder / 'b.jpg'), image, folder / 'sub'])
    assert [(entry.name, entry.path) for entry in found] == [
        ('b', str(folder / 'b.jpg')), ('00000001', ''), ('c', str(folder / 'sub' / 'c.jpeg'))]
    assert found[1].image is image
    assert [entry.name for entry in find_images(folder)] == ['a', 'b', 'sub/c']
    assert [entry.name for entry in find_images(image)] == ['00000000']


@pytest.mark.parametrize(('inputs', 'named'), [
    (['nothere.jpg'], ['nothere.jpg']), ([], ['images']), (['b.jpg', 'b.jpg'], ['b.jpg', 'name']),
    ([np.zeros((2, 3, 3))], [0, 'float64', '(2, 3, 3)']), ([np.zeros((2, 3), np.uint8)], [0, 'uint8', '(2, 3)'])])
def test_what_is_refused(folder, monkeypatch, inputs, named):
    monkeypatch.chdir(folder)
    with pytest.raises(InputError, match=message_names(*named)):
        find_images(inputs)
    (folder / 'empty').mkdir()
    with pytest.raises(InputError, match=message_names('empty', '.jpg')):
        find_images('empty')


def test_pillow_images(tmp_path):
    """As a file of the same content: RGB becomes BGR, and the camera's rotation is applied."""
    pixels = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)
    image = Image.fromarray(pixels)
    np.testing.assert_array_equal(find_images(image)[0].image, pixels[..., ::-1])
    exif = image.getexif()
    exif[0x0112] = 6  # turned by 90 degrees
    image.save(tmp_path / 'turned.png', exif=exif)
    found = find_images([pixels, Image.open(tmp_path / 'turned.png')])
    assert [entry.name for entry in found] == ['00000000', '00000001']
    np.testing.assert_array_equal(found[1].image, np.rot90(pixels, -1)[..., ::-1])
    for mode, value in (('L', 7), ('P', 0), ('RGBA', (1, 2, 3, 4)), ('1', 1)):
        found = find_images(Image.new(mode, (3, 2), value))[0].image
        assert found.shape == (2, 3, 3) and found.dtype == np.uint8 and found.flags.c_contiguous


@pytest.mark.parametrize('mode', ['I;16', 'I;16B', 'I', 'F'])
def test_pillow_images_of_more_than_8_bits(mode):
    with pytest.raises(InputError, match=message_names(1, mode, '8 bits', 'path')):
        find_images([Image.new('L', (3, 2)), Image.new(mode, (3, 2))])


def test_sets_and_iterators(folder):
    names = [str(folder / name) for name in ('b.jpg', 'a.PNG')]
    for inputs, wanted in ((set(names), 'ab'), (frozenset(names), 'ab'), (iter(names), 'ba'), (tuple(names), 'ba'),
                           (folder.glob('b.*'), 'b'), (map(Path, names), 'ba')):
        assert [entry.name for entry in find_images(inputs)] == list(wanted)


@pytest.mark.parametrize(('item', 'kind'), [
    (torch.zeros(8, 8, 3), 'Tensor'), (b'b.jpg', 'bytes'), (None, 'NoneType'), (['b.jpg'], 'list'), (3, 'int'),
    (dict(a='b.jpg'), 'dict'), (io.BytesIO(), 'BytesIO')])
def test_other_types_are_refused_by_name(folder, monkeypatch, item, kind):
    monkeypatch.chdir(folder)
    with pytest.raises(InputError, match=message_names(1, kind, 'Pillow')):
        find_images(['b.jpg', item])
    if kind != 'list':
        with pytest.raises(InputError, match=message_names(0, kind, 'Pillow')):
            find_images(item)


@pytest.mark.parametrize('path', ['a' * 5000, 'a\0b'])
def test_paths_that_no_file_can_have(path):
    with pytest.raises(InputError, match='no image'):
        find_images(path)


def test_linked_and_hidden_folders(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp('other')
    for name in ('e.jpg', '.thumbnails/e.jpg', '.f.jpg'):
        (other / name).parent.mkdir(exist_ok=True)
        (other / name).touch()
    (folder / 'linked').symlink_to(other)
    (folder / 'sub/above').symlink_to(folder)
    assert [entry.name for entry in find_images(folder)] == ['a', 'b', 'linked/e', 'sub/c']


def test_one_name_with_two_suffixes(folder):
    (folder / 'b.png').touch()
    with pytest.raises(InputError, match=message_names('b.jpg', 'b.png', 'Rename')) as error:
        find_images(folder)
    assert 'folder above' not in str(error.value)
    (folder / 'sub/b.jpg').touch()
    with pytest.raises(InputError, match=message_names('b.jpg', 'sub/b.jpg', 'folder above')):
        find_images([folder / 'b.jpg', folder / 'sub/b.jpg'])
