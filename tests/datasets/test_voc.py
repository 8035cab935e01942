"""PASCAL VOC with image-level labels: real images."""
import numpy as np
import pytest
import torch
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS
from PIL import Image

import mmwsss.datasets  # noqa: F401

SIX = ('background', 'cat', 'cow', 'dog', 'horse', 'person', 'sheep')
MASKS = [dict(type='LoadMask'), dict(type='PackImageLabelInputs')]


@pytest.fixture(autouse=True)
def _scope():
    init_default_scope('mmseg')


def voc(root, part, **options):
    config = dict(type='VOCImageLabelDataset', data_root=str(root), ann_file=f'ImageSets/Segmentation/{part}.txt')
    return DATASETS.build(config | options)


@pytest.mark.parametrize('name', ['mini', 'val'])
def test_labels_of_real_images_agree_with_their_masks(voc6, name):
    dataset = voc(voc6, name, metainfo=dict(classes=SIX), test_mode=True,
                  pipeline=MASKS)
    assert len(dataset) == dict(mini=89, val=150)[name]
    indices = np.full(256, 99)
    indices[[0, 8, 10, 12, 13, 15, 17, 255]] = [0, 1, 2, 3, 4, 5, 6, 255]
    fewer = 0
    for index in range(len(dataset)):
        sample = dataset[index]['data_samples']
        seg_map = sample.gt_sem_seg.data[0].numpy()
        labelled = set((torch.nonzero(sample.gt_score)[:, 0] + 1).tolist())
        shown = set(np.unique(seg_map).tolist()) - {0, 255}
        assert shown <= labelled, sample.img_id
        fewer += shown < labelled
        if index < 20:  # the file's own indices, mapped plainly
            raw = np.asarray(Image.open(voc6 / 'SegmentationClass' / f'{sample.img_id}.png'))
            np.testing.assert_array_equal(seg_map, indices[raw])
    assert fewer < len(dataset) / 4


def test_labels_of_twenty_classes_agree_with_their_masks(voc20):
    dataset = voc(voc20, 'mini', test_mode=True,
                  pipeline=MASKS)
    assert len(dataset) == 155 and len(dataset.image_classes) == 20
    images, fewer = torch.zeros(20), 0
    for index in range(len(dataset)):
        sample = dataset[index]['data_samples']
        labelled = set((torch.nonzero(sample.gt_score)[:, 0] + 1).tolist())
        shown = set(sample.gt_sem_seg.data.unique().tolist()) - {0, 255}
        assert shown <= labelled, sample.img_id
        fewer += shown < labelled
        images += sample.gt_score
    assert images.min() >= 8 and fewer < len(dataset) / 4


def test_the_six_classes_survive_a_round_trip(voc6, tmp_path):
    """Pseudo labels are written in the data set's original indices, because `label_map` maps them when read."""
    masks = dict(img_path='JPEGImages', seg_map_path='SegmentationClass')
    options = dict(part='mini', metainfo=dict(classes=SIX), indices=12, pipeline=MASKS)
    first = voc(voc6, data_prefix=masks, **options)
    original = {new: old for old, new in first.label_map.items() if new != 255} | {255: 255}
    assert original == {0: 0, 1: 8, 2: 10, 3: 12, 4: 13, 5: 15, 6: 17, 255: 255}
    table = np.array([original.get(index, 99) for index in range(256)], np.uint8)
    for name in (voc6 / 'ImageSets/Segmentation/mini.txt').read_text().split():
        (tmp_path / f'{name}.png').touch()
    for index in range(12):
        sample = first[index]['data_samples']
        Image.fromarray(table[sample.gt_sem_seg.data[0].numpy()]).save(tmp_path / f'{sample.img_id}.png')
    second = voc(voc6, data_prefix=dict(masks, seg_map_path=str(tmp_path)), **options)
    for index in range(12):
        before, after = (dataset[index]['data_samples'].gt_sem_seg.data for dataset in (first, second))
        assert torch.equal(before, after)


def test_all_listed_real_images_decode(voc6):
    dataset = voc(voc6, 'mini', metainfo=dict(classes=SIX),
                  skip_bad_images=True)
    assert len(dataset) == 89
