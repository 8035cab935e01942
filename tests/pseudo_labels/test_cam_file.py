"""CAM files: the round trip of our format, other projects' dictionaries, and errors."""
import os

import numpy as np
import pytest
import torch
from message_names import message_names

from mmwsss.pseudo_labels import read_cam, write_cam
from mmwsss.utils.errors import InputError

CLASSES = ('cat', 'cow', 'dog', 'horse', 'person', 'sheep')


@pytest.fixture
def cam():
    """Of an image of 30 x 41 pixels."""
    maps = np.random.rand(2, 8, 11).astype(np.float32)
    return maps / maps.max(axis=(1, 2), keepdims=True)


def save_dictionary(path, content):
    np.save(path, content, allow_pickle=True)
    return path


def test_round_trip(tmp_path, cam):
    path = tmp_path / 'cams' / '2007_000032.npz'
    write_cam(path, cam, np.array([4, 1]), (30, 41), CLASSES)
    read = read_cam(path)
    assert read.keys.tolist() == [4, 1] and read.keys.dtype == np.int64
    assert read.size == (30, 41) and read.classes == CLASSES
    assert read.cam.dtype == np.float32
    np.testing.assert_array_equal(read.cam, cam.astype(np.float16).astype(np.float32))
    assert os.listdir(path.parent) == ['2007_000032.npz']


def test_what_the_file_holds(tmp_path, cam):
    write_cam(str(tmp_path / 'a.npz'), cam, np.array([4, 1]), (30, 41), CLASSES)
    with np.load(tmp_path / 'a.npz', allow_pickle=False) as file:
        assert {name: (file[name].dtype.kind, file[name].shape) for name in file.files} == dict(
            keys=('i', (2, )), cam=('f', (2, 8, 11)), size=('i', (2, )), classes=('U', (6, )))
        assert file['keys'].dtype == np.int64 and file['cam'].dtype == np.float16
    assert (tmp_path / 'a.npz').stat().st_size < cam.size * 2 + 2000


@pytest.mark.parametrize('dtype', [torch.float32, torch.float16, torch.bfloat16, torch.float64])
def test_tensors(tmp_path, cam, dtype):
    maps = torch.tensor(cam).to(dtype).requires_grad_()
    write_cam(tmp_path / 'a.npz', maps, torch.tensor([4, 1]), torch.Size((30, 41)), list(CLASSES))
    read = read_cam(tmp_path / 'a.npz')
    np.testing.assert_array_equal(read.cam, maps.detach().half().float().numpy())
    assert read.keys.tolist() == [4, 1]


def test_without_classes(tmp_path):
    keys = torch.zeros(0, dtype=torch.int64)
    write_cam(tmp_path / 'a.npz', torch.zeros(0, 8, 11), keys, (30, 41), CLASSES)
    read = read_cam(tmp_path / 'a.npz')
    assert read.cam.shape == (0, 8, 11) and read.keys.shape == (0, ) and read.keys.dtype == np.int64
    assert read.size == (30, 41)


def test_a_failed_write_leaves_the_old_file(tmp_path, cam, monkeypatch):
    write_cam(tmp_path / 'a.npz', cam, np.array([4, 1]), (30, 41), CLASSES)

    def full_disk(*args, **kwargs):
        (tmp_path / 'half').write_bytes(b'half')
        raise OSError('no space left')

    monkeypatch.setattr(np, 'savez', full_disk)
    with pytest.raises(OSError, match='no space'):
        write_cam(tmp_path / 'a.npz', cam, np.array([0, 1]), (30, 41), CLASSES)
    assert read_cam(tmp_path / 'a.npz').keys.tolist() == [4, 1]


def test_dictionary_of_irn(tmp_path, cam):
    """Keys and strided maps were saved as torch tensors, full maps as NumPy arrays."""
    full = np.random.rand(2, 30, 41).astype(np.float32)
    path = save_dictionary(tmp_path / 'a.npy', dict(
        keys=torch.tensor([14, 3]), cam=torch.tensor(cam), high_res=full))
    read = read_cam(path)
    assert read.keys.tolist() == [14, 3] and read.size == (30, 41) and read.classes is None
    np.testing.assert_array_equal(read.cam, cam)


def test_dictionary_with_one_of_the_maps(tmp_path, cam):
    full = np.random.rand(2, 30, 41)
    read = read_cam(save_dictionary(tmp_path / 'a.npy', dict(keys=np.array([0, 3]), high_res=full)))
    np.testing.assert_array_equal(read.cam, full.astype(np.float32))
    assert read.size == (30, 41) and read.cam.dtype == np.float32
    read = read_cam(save_dictionary(tmp_path / 'b.npy', dict(keys=[0, 3], cam=cam)))
    np.testing.assert_array_equal(read.cam, cam)
    assert read.size is None and read.keys.tolist() == [0, 3]


def test_dictionary_of_clip_es(tmp_path):
    """Keys are image classes from 0; maps are float16 at the image's size, with and without refinement by attention."""
    maps = np.random.rand(2, 2, 30, 41).astype(np.float16)
    for content in (dict(attn_highres=maps[0]), dict(attn_highres=torch.tensor(maps[0]), highres=maps[1])):
        read = read_cam(save_dictionary(tmp_path / 'a.npy', dict(keys=np.array([14, 3]), **content)))
        assert read.keys.tolist() == [14, 3] and read.size == (30, 41) and read.cam.dtype == np.float32
        np.testing.assert_array_equal(read.cam, maps[0].astype(np.float32))
    with pytest.raises(InputError, match=message_names('a.npy', 'attn_highres', '(1, 30, 41)')):
        read_cam(save_dictionary(tmp_path / 'a.npy', dict(keys=[14, 3], attn_highres=maps[0, :1])))


def test_dictionary_of_maps(tmp_path):
    maps = np.random.rand(2, 30, 41).astype(np.float32)
    path = save_dictionary(tmp_path / 'a.npy', {14: maps[0], np.int64(3): torch.tensor(maps[1])})
    read = read_cam(str(path))
    assert read.keys.tolist() == [14, 3] and read.size == (30, 41)
    np.testing.assert_array_equal(read.cam, maps)
    maps[0, :3] = -0.5  # as SEAM leaves a class's weakest pixels
    read = read_cam(save_dictionary(tmp_path / 'a.npy', {14: maps[0], 3: maps[1]}))
    np.testing.assert_array_equal(read.cam, maps.clip(min=0))
    empty = read_cam(save_dictionary(tmp_path / 'b.npy', {}))
    assert empty.keys.shape == (0, ) and len(empty.cam) == 0 and empty.size is None


MAPS = np.full((2, 8, 11), 0.5, np.float32)


@pytest.mark.parametrize(('maps', 'keys', 'size', 'named'), [
    (MAPS[0], [0, 1], (30, 41), [(8, 11), 2]),
    (MAPS, [0], (30, 41), [(2, 8, 11), 1]),
    (MAPS.astype(str), [0, 1], (30, 41), ['<U32', (2, 8, 11)]),
    (MAPS[:, :0], [0, 1], (30, 41), [(2, 0, 11)]),
    (MAPS, [0, 1], (30, 40), [(8, 11), (30, 40), (8, 10), 4]),
    (MAPS, [0, 1], (0, 41), [(0, 41)]),
    (MAPS, [0, 1], (30, 41, 3), [(30, 41, 3)]),
    (MAPS, [[0, 1]], (30, 41), [(1, 2)]),
    (MAPS, [0., 1.], (30, 41), ['float64']),
    (MAPS, [0, 6], (30, 41), [[0, 6], 5]),
    (MAPS, [-1, 0], (30, 41), [[-1, 0], 5]),
    (MAPS, [1, 1], (30, 41), [[1, 1]]),
    (MAPS * np.nan, [0, 1], (30, 41), ['nan']),
    (MAPS * np.inf, [0, 1], (30, 41), ['inf']),
    (MAPS * 7, [0, 1], (30, 41), [3.5]),
    (-MAPS, [0, 1], (30, 41), [-0.5]),
])
def test_bad_content_is_not_written(tmp_path, maps, keys, size, named):
    with pytest.raises(InputError, match=message_names('a.npz', *named)):
        write_cam(tmp_path / 'a.npz', maps, np.array(keys), size, CLASSES)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize(('content', 'named'), [
    (dict(keys=[0], cam=MAPS[:1], extra=1), [['keys', 'cam', 'extra']]),
    (dict(cam=MAPS), [['cam']]),
    (dict(keys=[0, 1]), [['keys']]),
    ({'0': MAPS[0]}, [['0']]),
    ({0: MAPS[0], 'keys': [0]}, [[0, 'keys']]),
    (dict(keys=[0], cam=MAPS), [(2, 8, 11), 1]),
    (dict(keys=[0, 1], cam=MAPS[0]), [(8, 11), 2]),
    (dict(keys=[0, 1], cam=None), ['object']),
    (dict(keys=[0, 1], cam=[[1], [1, 2]]), ['array']),
    (dict(keys=['cat', 'dog'], cam=MAPS), ['<U3']),
    (dict(keys=[0, 0], cam=MAPS), [[0, 0]]),
    (dict(keys=[-1, 0], cam=MAPS), [[-1, 0]]),
    (dict(keys=[0, 1], cam=MAPS, high_res=MAPS[0]), ['high_res', (8, 11), 2]),
    (dict(keys=[0, 1], cam=MAPS, high_res=MAPS[:1]), ['high_res', (1, 8, 11), 2]),
    (dict(keys=[0, 1], cam=MAPS * np.nan), ['nan']),
    (dict(keys=[0, 1], cam=MAPS * 30), [15.0]),
    ({0: MAPS[0], 1: MAPS[1, 1:]}, [(7, 11), (8, 11)]),
    ({0: MAPS}, [(2, 8, 11)]),
    ({-1: MAPS[0]}, [[-1]]),
    ({0: MAPS[0] * np.nan}, ['nan']),
])
def test_bad_dictionaries(tmp_path, content, named):
    path = save_dictionary(tmp_path / 'image.npy', content)
    with pytest.raises(InputError, match=message_names('image.npy', *named)):
        read_cam(path)


@pytest.mark.parametrize(('change', 'named'), [
    (dict(cam=MAPS * np.nan), ['nan']),
    (dict(cam=MAPS[:1]), [(1, 8, 11), 2]),
    (dict(keys=np.array([0, 9])), [[0, 9], 5]),
    (dict(size=np.array([60, 80])), [(8, 11), (60, 80), (15, 20), 4]),
    (dict(size=np.array(30)), ['size']),
    (dict(size=np.array(['30', '41'])), ['size']),
    (dict(classes=np.array(6)), ['classes']),
    (dict(classes=np.arange(6)), ['classes']),
    (dict(other=np.array(6)), ['other']),
    (dict(classes=np.array(CLASSES, dtype=object)), ['Object arrays']),
])
def test_bad_npz(tmp_path, change, named):
    good = dict(keys=np.array([0, 1]), cam=MAPS, size=np.array([30, 41]), classes=np.array(CLASSES))
    np.savez(tmp_path / 'image.npz', **good)
    assert read_cam(tmp_path / 'image.npz').keys.tolist() == [0, 1]
    np.savez(tmp_path / 'image.npz', **{**good, **change})
    with pytest.raises(InputError, match=message_names('image.npz', *named)):
        read_cam(tmp_path / 'image.npz')


@pytest.mark.parametrize('kept', [0, 10, 200, -100, -1])
def test_truncated_files(tmp_path, cam, kept):
    write_cam(tmp_path / 'image.npz', cam, np.array([4, 1]), (30, 41), CLASSES)
    save_dictionary(tmp_path / 'image.npy', dict(keys=[4, 1], cam=cam))
    for path in (tmp_path / 'image.npz', tmp_path / 'image.npy'):
        path.write_bytes(path.read_bytes()[:kept])
        with pytest.raises(InputError, match=path.name):
            read_cam(path)


def test_damaged_values_are_noticed(tmp_path, cam):
    path = tmp_path / 'image.npz'
    write_cam(path, cam, np.array([4, 1]), (30, 41), CLASSES)
    content, values = bytearray(path.read_bytes()), cam.astype(np.float16).tobytes()
    content[content.index(values) + 20] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match='image.npz'):
        read_cam(path)


def test_names(tmp_path, cam):
    with pytest.raises(InputError, match='missing.npz'):
        read_cam(tmp_path / 'missing.npz')
    with pytest.raises(InputError, match='missing.npy'):
        read_cam(tmp_path / 'missing.npy')
    with pytest.raises(InputError, match='cam.png'):
        read_cam(tmp_path / 'cam.png')
    with pytest.raises(InputError, match='cam.npy'):
        write_cam(tmp_path / 'cam.npy', cam, np.array([4, 1]), (30, 41), CLASSES)
    np.save(tmp_path / 'array', cam)
    (tmp_path / 'array.npy').rename(tmp_path / 'array.npz')
    with pytest.raises(InputError, match='array.npz'):
        read_cam(tmp_path / 'array.npz')


class Unwanted:

    def __reduce__(self):
        return os.mkdir, ('unwanted', )


def test_nothing_else_is_unpickled(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save_dictionary(tmp_path / 'image.npy', dict(keys=[0], cam=Unwanted()))
    np.savez(tmp_path / 'image.npz', keys=np.array([Unwanted()], dtype=object))
    for name in ('image.npy', 'image.npz'):
        with pytest.raises(InputError, match=name):
            read_cam(tmp_path / name)
    assert not (tmp_path / 'unwanted').exists()
