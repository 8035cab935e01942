import numpy as np
import pytest
import torch
from message_names import message_names

from mmwsss.datasets.transforms import LoadCAM, PackImageLabelInputs
from mmwsss.pseudo_labels import write_cam
from mmwsss.utils.errors import InputError

CLASSES = ('cat', 'dog', 'horse')


def results(path, size=(10, 14)):
    return dict(img=np.zeros((*size, 3), np.uint8), img_path='a.jpg', cam_path=str(path), image_classes=list(CLASSES),
                ori_shape=size, img_shape=size)


def test_reads_and_is_packed(tmp_path):
    cam = torch.rand(2, 3, 4)
    write_cam(tmp_path / 'a.npz', cam, torch.tensor([2, 0]), (10, 14), CLASSES)
    sample = PackImageLabelInputs().transform(LoadCAM().transform(results(tmp_path / 'a.npz')))['data_samples']
    torch.testing.assert_close(sample.cam.data, cam.half().float())
    assert sample.cam_keys.tolist() == [2, 0]


def test_reads_the_dictionaries_of_others_in_full_resolution(tmp_path):
    cam = np.random.default_rng(0).random((1, 10, 14), dtype=np.float32)
    np.save(tmp_path / 'a.npy', dict(keys=np.array([1]), high_res=cam))
    loaded = LoadCAM().transform(results(tmp_path / 'a.npy'))
    np.testing.assert_allclose(loaded['cam'].numpy(), cam)


def test_without_a_cam_dir():
    with pytest.raises(InputError, match='cam_dir'):
        LoadCAM().transform(dict(ori_shape=(3, 3)))


def test_of_another_image(tmp_path):
    write_cam(tmp_path / 'a.npz', torch.rand(1, 3, 4), [0], (10, 14), CLASSES)
    with pytest.raises(InputError, match=message_names('a.npz', (10, 14), 'a.jpg', (14, 10))):
        LoadCAM().transform(results(tmp_path / 'a.npz', (14, 10)))


def test_of_other_classes(tmp_path):
    write_cam(tmp_path / 'a.npz', torch.rand(1, 3, 4), [0], (10, 14), ('dog', 'cat', 'horse'))
    with pytest.raises(InputError, match=message_names('a.npz', 'dog, cat, horse')):
        LoadCAM().transform(results(tmp_path / 'a.npz'))
    np.save(tmp_path / 'b.npy', dict(keys=np.array([3]), high_res=np.ones((1, 10, 14), np.float32)))
    with pytest.raises(InputError, match=message_names('b.npy', 3)):
        LoadCAM().transform(results(tmp_path / 'b.npy'))
