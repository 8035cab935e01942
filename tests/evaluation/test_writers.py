import numpy as np
import pytest
import torch
from message_names import message_names
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS
from PIL import Image
from tiny_voc import write_tiny_voc

from mmwsss.evaluation import CAMWriter, ClassIoUMetric, PseudoLabelWriter
from mmwsss.evaluation.pseudo_label_writer import require_distinct_names, result_name
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


@pytest.mark.parametrize('kind', [PseudoLabelWriter, ClassIoUMetric])
def test_images_of_one_name_in_two_folders(tmp_path, dataset, kind):
    """Also of MMSeg's data sets, whose samples have no id."""
    writer = kind(output_dir=str(tmp_path / 'out'), image_dirs=[str(tmp_path / 'img')])
    writer.dataset_meta = dataset.metainfo
    truth = dict(data=torch.zeros(1, 2, 3, dtype=torch.long))
    for value, name in enumerate(('day/0', 'night/0')):
        writer.process({}, [dict(pred_sem_seg=dict(data=torch.full((1, 2, 3), value)), gt_sem_seg=truth,
                                 img_path=str(tmp_path / 'img' / f'{name}.jpg'))])
    for value, name in enumerate(('day/0', 'night/0')):
        assert (np.asarray(Image.open(tmp_path / 'out' / f'{name}.png')) == VOC_IDS[value]).all()


def test_names_of_results(tmp_path):
    sample = dict(img_path=str(tmp_path / 'a/b.c/d.jpg'))
    assert result_name(dict(sample, img_id='x/y')) == 'x/y'
    assert result_name(sample) == 'd' and result_name(sample, ['elsewhere', str(tmp_path / 'a')]) == 'b.c/d'
    with pytest.raises(InputError, match='img_id'):
        result_name({})


def test_two_images_for_one_file(tmp_path):
    samples = [dict(img_path=f'{name}.jpg') for name in ('day/0', 'day/1', 'night/0')]
    with pytest.raises(InputError, match=message_names('day/0.jpg', 'night/0.jpg')):
        require_distinct_names(samples)
    require_distinct_names(samples, ['.'])
    require_distinct_names([samples[0]] * 2)  # a data set that repeats an image


def test_ids_that_lead_out_of_the_folder(tmp_path):
    for kind, extra in ((CAMWriter, dict(cam=dict(data=torch.ones(1, 1, 1)), cam_keys=torch.tensor([0]))),
                        (PseudoLabelWriter, dict(pred_sem_seg=dict(data=torch.zeros(1, 2, 2))))):
        for name in ('../a', str(tmp_path / 'a')):
            with pytest.raises(InputError, match=message_names(name, 'out')):
                kind(str(tmp_path / 'out')).process({}, [dict(extra, img_id=name, ori_shape=(2, 2))])
    assert list(tmp_path.iterdir()) == []
