"""Packing image-level labels."""
import numpy as np
import pytest
import torch
from mmseg.registry import TRANSFORMS

from mmwsss.utils.errors import InputError


def pack(results, **options):
    return TRANSFORMS.build(dict(type='PackImageLabelInputs', **options))(results)


def item(**extra):
    img = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    return dict(img=img, img_id='a/b', img_path='x/a/b.jpg', ori_shape=(2, 4), img_shape=(2, 4), **extra)


def test_labels_and_id():
    score = np.float32([0, 1, 1])
    packed = pack(item(gt_score=score))
    sample = packed['data_samples']
    assert packed['inputs'].shape == (3, 2, 4) and packed['inputs'].dtype == torch.uint8
    assert packed['inputs'][:, 0, 1].tolist() == [3, 4, 5]
    assert sample.gt_score.dtype == torch.float32 and sample.gt_score.tolist() == [0, 1, 1]
    assert sample.img_id == 'a/b' and sample.metainfo['ori_shape'] == (2, 4)
    assert 'gt_sem_seg' not in sample
    sample.gt_score[0] = 5
    assert score[0] == 0  # the dataset's own labels are not shared


def test_without_labels_and_with_a_mask():
    sample = pack(item(gt_seg_map=np.full((2, 4), 3, np.uint8)))['data_samples']
    assert 'gt_score' not in sample
    assert sample.gt_sem_seg.data.shape == (1, 2, 4) and (sample.gt_sem_seg.data == 3).all()


def test_the_id_is_always_packed():
    for keys in (('img_path', ), ('img_path', 'img_id')):
        assert pack(item(), meta_keys=keys)['data_samples'].metainfo == dict(img_path='x/a/b.jpg', img_id='a/b')


def test_the_window_of_a_padded_crop_is_packed():
    assert pack(item(crop_window=(0, 1, 2, 3)))['data_samples'].metainfo['crop_window'] == (0, 1, 2, 3)


def test_floats_stay_floats():
    assert pack(dict(item(), img=np.full((2, 2, 3), 0.5, np.float32)))['inputs'].dtype == torch.float32


def test_other_keys():
    given = np.float64([0, 1])
    sample = pack(item(gt_subclass=given, note=('a', 3)), keys=['gt_subclass', 'note'])['data_samples']
    assert sample.gt_subclass.dtype == torch.float64 and sample.gt_subclass.tolist() == [0, 1]
    assert sample.note == ('a', 3) and 'gt_subclass' in sample.clone()
    sample.gt_subclass[0] = 5
    assert given[0] == 0
    with pytest.raises(InputError, match="x/a/b.jpg.*'gt_subclass'.*keys"):
        pack(item(), keys=['gt_subclass'])


def test_the_backend_of_the_images_comes_along():
    sample = pack(item(backend_args=dict(backend='petrel')))['data_samples']
    assert sample.backend_args == dict(backend='petrel')
