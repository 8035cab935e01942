"""The images of a folder, by their ids."""
import pytest
from message_names import message_names
from PIL import Image

from mmwsss.datasets.image_folder import ImageFolder
from mmwsss.utils.errors import InputError

SUFFIXES = ('.jpg', '.jpeg', '.png')


@pytest.fixture
def images(tmp_path):
    """Three images a, b, c."""
    for name in 'bca':
        write_image(tmp_path / 'pics' / f'{name}.jpg')
    return ImageFolder(str(tmp_path / 'pics'), SUFFIXES)


@pytest.fixture
def write_list(tmp_path):
    """Write a list, and return its path."""
    def write(*lines):
        (tmp_path / 'train.txt').write_text('\n'.join(lines), encoding='utf-8')
        return str(tmp_path / 'train.txt')
    return write


def write_image(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new('RGB', (4, 4)).save(path)


def test_all_images_in_the_order_of_their_ids(tmp_path):
    for name in ('z.JPG', 'a/b.v2.png', 'a/b.jpeg', 'Füße.Jpeg'):
        write_image(tmp_path / name)
    (tmp_path / 'notes.txt').write_text('no image')
    for hidden in ('.ipynb_checkpoints/a-checkpoint.jpg', '.thumbnails/x.png', '.d.jpg'):
        write_image(tmp_path / hidden)
    found = ImageFolder(str(tmp_path), SUFFIXES).all()
    assert list(found.items()) == [('Füße', '.Jpeg'), ('a/b', '.jpeg'), ('a/b.v2', '.png'), ('z', '.JPG')]
    assert ImageFolder(str(tmp_path), ('.png', )).all() == {'a/b.v2': '.png'}


def test_a_list_keeps_its_order(images, write_list):
    assert list(images.listed(write_list('c', 'a')).items()) == [('c', '.jpg'), ('a', '.jpg')]


def test_lists_that_do_not_fit(images, write_list, tmp_path):
    for lines, names in ((('', '  '), ['train.txt']), ('abacb', ['train.txt', 2, 'a, b']),
                         ('apqrs', [4, 5, 'train.txt', 'pics', 'p, q, r, ...'])):
        with pytest.raises(InputError, match=message_names(*names)):
            images.listed(write_list(*lines))
    (tmp_path / 'latin.txt').write_bytes(b'a\xff\n')
    with pytest.raises(InputError, match=message_names('latin.txt', 'UTF-8')):
        images.listed(str(tmp_path / 'latin.txt'))


def test_lists_with_blank_lines_byte_order_mark_and_file_names(images, write_list):
    assert list(images.listed(write_list('\ufeffb.jpg', '', ' a '))) == ['b', 'a']
    with pytest.raises(InputError, match=message_names('train.txt', 1, 'b')):
        images.listed(write_list('b.jpg', 'b'))


def test_lists_of_paths_give_the_same_ids(images, write_list, tmp_path):
    """Ids name the files of all stages, so a path must not lead out of their folders."""
    assert list(images.listed(write_list(str(tmp_path / 'pics/b.jpg'), '../pics/a', './c.jpg'))) == ['b', 'a', 'c']
    with pytest.raises(InputError, match=message_names('train.txt', 1, 'a')):
        images.listed(write_list('a', './a'))
    for outside in ('../a', '/elsewhere/a.jpg', str(tmp_path / 'a')):
        with pytest.raises(InputError, match=message_names('train.txt', outside, 'pics')):
            images.listed(write_list('a', outside))


def test_suffixes_longer_than_an_extension(tmp_path, write_list):
    for name in ('x_leftImg8bit', 'x_disparity'):
        write_image(tmp_path / 'city' / f'{name}.png')
    images = ImageFolder(str(tmp_path), ('_leftimg8bit.png', ))
    assert images.all() == images.listed(write_list('city/x')) == {'city/x': '_leftImg8bit.png'}


def test_images_that_share_an_id(images, tmp_path):
    write_image(tmp_path / 'pics/a.png')
    with pytest.raises(InputError, match=message_names('a.png', 'a.jpg', 'img_suffix')):
        images.all()
    assert len(ImageFolder(images.folder, ('.jpg', )).all()) == 3
    (tmp_path / 'pics/a.png').unlink()
    write_image(tmp_path / 'pics/a.JPG')
    with pytest.raises(InputError, match=message_names('a.JPG', 'a.jpg', 'Rename')) as error:
        images.all()
    assert 'img_suffix' not in str(error.value)  # it would not tell these apart


def test_an_empty_folder_is_named(tmp_path):
    with pytest.raises(InputError, match=message_names(str(tmp_path), 'data_prefix.img_path')):
        ImageFolder(str(tmp_path), SUFFIXES).all()
