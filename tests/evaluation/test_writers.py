import numpy as np
import pytest
import torch
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS
from PIL import Image
from tiny_voc import write_tiny_voc

from mmwsss.evaluation import CAMWriter, PseudoLabelWriter
from mmwsss.pseudo_labels import read_cam
from mmwsss.utils.errors import InputError

CLASSES = ('background', 'cat', 'cow', 'dog', 'horse', 'person', 'sheep')
VOC_IDS = [0, 8, 10, 12, 13, 15, 17]


@pytest.fixture
def dataset(tmp_path):
    init_default_scope('mmseg')
    write_tiny_voc(tmp_path / 'data', classes=CLASSES[1:], images=2, size=(10, 14))
    return DATASETS.build(dict(
        type='VOCImageLabelDataset', data_root=str(tmp_path / 'data'), metainfo=dict(classes=CLASSES),
        ann_file='ImageSets/Segmentation/train.txt', seg_map_dir=str(tmp_path / 'labels'),
        pipeline=[dict(type='LoadImage'), dict(type='LoadMask')], lazy_init=True))


def test_cams(tmp_path, dataset):
    writer = CAMWriter(str(tmp_path / 'new' / 'cams'))
    writer.dataset_meta = dataset.metainfo
    cam = torch.rand(2, 3, 4)
    writer.process({}, [dict(cam=dict(data=cam), cam_keys=torch.tensor([5, 0]), img_id='a', ori_shape=(10, 14))])
    path = tmp_path / 'new' / 'cams' / 'a.npz'
    content = read_cam(path)
    np.testing.assert_allclose(content.cam, cam.numpy(), atol=1e-3)
    assert content.keys.tolist() == [5, 0] and content.classes == CLASSES[1:] and content.size == (10, 14)
    assert writer.evaluate(1) == dict(images=1, megabytes=round(path.stat().st_size / 1e6, 3))


def test_cams_of_a_model_without(tmp_path):
    with pytest.raises(InputError, match='CAMClassifier'):
        CAMWriter(str(tmp_path)).process({}, [dict(pred_sem_seg=None)])


def test_pseudo_labels_round_trip_of_six_classes(tmp_path, dataset):
    """Config ids become VOC ids on disk, and config ids again in the data set of the next stage."""
    writer = PseudoLabelWriter(str(tmp_path / 'labels'))
    writer.dataset_meta = dataset.metainfo
    labels = {f'2007_{index:06d}': np.random.default_rng(index).integers(0, 7, (10, 14)) for index in range(2)}
    for name, label in labels.items():
        writer.process({}, [dict(pred_sem_seg=dict(data=torch.tensor(label)[None]), img_id=name)])
    assert writer.evaluate(2)['images'] == 2
    image = Image.open(tmp_path / 'labels' / '2007_000000.png')
    np.testing.assert_array_equal(np.asarray(image), np.array(VOC_IDS)[labels['2007_000000']])
    assert image.mode == 'P' and image.getpalette()[3 * 8:3 * 9] == [64, 0, 0]  # VOC's cat
    for index in range(2):
        loaded = dataset[index]
        np.testing.assert_array_equal(loaded['gt_seg_map'], labels[loaded['img_id']])


def test_without_a_folder_nothing_is_written(tmp_path, dataset):
    writer = PseudoLabelWriter()
    writer.dataset_meta = dataset.metainfo
    writer.process({}, [dict(pred_sem_seg=None)])
    assert writer.evaluate(1) == {}
