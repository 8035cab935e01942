"""Which images are worked on, and what their results are called."""
import numpy as np
import pytest
from message_names import message_names

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
