"""What the report knows of each pixel of its images."""
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from message_names import message_names
from mmengine.config import Config
from tiny_voc import write_tiny_voc

from mmwsss.pipeline.network import Network
from mmwsss.pipeline.report import TRUTH, _pairs
from mmwsss.pipeline.report_images import ReportImages
from mmwsss.pipeline.stage import Output
from mmwsss.pseudo_labels import write_cam
from mmwsss.utils.errors import InputError
from mmwsss.utils.palette_png import write_palette_png
from mmwsss.visualization.explorer import Layer, PixelMap

CLASSES = ('bus', 'car', 'cat')
SIZE = (96, 128)


@pytest.fixture
def root(tmp_path):
    return write_tiny_voc(tmp_path / 'data', CLASSES, images=3, size=SIZE)


def report_images(root, masks=True, count=2, names=()):
    prefix = dict(img_path='JPEGImages', **(dict(seg_map_path='SegmentationClass') if masks else {}))
    kind = 'VOCImageLabelDataset' if masks else 'ImageLabelDataset'
    dataset = dict(type=kind, data_root=str(root), ann_file='ImageSets/Segmentation/val.txt', data_prefix=prefix,
                   metainfo=dict(classes=('background', *CLASSES), palette=[[shade] * 3 for shade in range(4)]),
                   pipeline=[])
    cfg = Config(dict(default_scope='mmseg', test_dataloader=dict(batch_size=1, num_workers=0, dataset=dataset)))
    return ReportImages(Network('test.py', cfg), count, names)


@pytest.mark.parametrize('masks', [True, False])
def test_classes_of_the_images(root, masks):
    images = report_images(root, masks)
    assert images.masks is masks and images.total == 3 and images.names == ['2007_000000', '2007_000001']
    assert images.present == [[1, 2], [1, 3]] and images.sizes() == [SIZE, SIZE]
    assert all(panel.uri.startswith('data:image/jpeg') and panel.pixels is None for panel in images.images())


def test_chosen_images(root):
    images = report_images(root, names=['2007_000002', '2007_000000'])
    assert images.names == ['2007_000002', '2007_000000'] and len(images.present) == 2 and images.present[1] == [1, 2]
    with pytest.raises(InputError, match=message_names('nobody', 3)):
        report_images(root, names=['2007_000002', 'nobody'])


@pytest.mark.parametrize('masks', [True, False])
def test_label_maps(root, tmp_path, masks):
    labels = np.zeros(SIZE, np.uint8)
    labels[3:50, 7:60], labels[80:] = 2, 255
    on_disk = np.where(labels == 2, 7, labels) if masks else labels  # VOC's own id of a car
    write_palette_png(tmp_path / 'labels' / '2007_000001.png', on_disk)
    first, second = report_images(root, masks).labels(Output(tmp_path / 'labels', '.png'))
    assert first is None and np.array_equal(second.pixels.labels, labels) and second.pixels.scores is None
    if masks:
        truth = report_images(root).labels()[0].pixels.labels
        assert set(np.unique(truth)) == {0, 1, 2} and truth.shape == SIZE


def test_scores_of_cam_files(root, tmp_path):
    cam = torch.rand(2, 24, 32)
    write_cam(tmp_path / 'cams' / '2007_000000.npz', cam, np.array([0, 2]), SIZE, CLASSES)
    write_cam(tmp_path / 'cams' / '2007_000001.npz', cam[:0], np.array([], np.int64), SIZE, CLASSES)
    first, second = report_images(root).cams(Output(tmp_path / 'cams', '.npz'))
    full = F.interpolate(cam.half().float()[None], size=SIZE, mode='bilinear', align_corners=False)[0]
    assert np.array_equal(first.pixels.scores, full.amax(0).numpy()) and first.uri.startswith('data:image/jpeg')
    assert np.array_equal(first.pixels.labels, np.where(full[0] >= full[1], 1, 3))
    assert second.pixels.scores.shape == SIZE and not second.pixels.scores.any()


def test_maps_of_large_images_are_reduced(tmp_path):
    images = report_images(write_tiny_voc(tmp_path / 'data', CLASSES, images=1, size=(300, 480)))
    write_cam(tmp_path / 'cams' / '2007_000000.npz', torch.rand(1, 75, 120), np.array([0]), (300, 480), CLASSES)
    panels = [images.cams(Output(tmp_path / 'cams', '.npz'))[0], images.labels()[0]]
    assert images.sizes() == [(150, 240)]
    assert [panel.pixels.labels.shape for panel in panels] == [(150, 240)] * 2
    assert panels[0].pixels.scores.shape == (150, 240)


def test_what_is_compared():
    labels, scores = PixelMap(np.zeros((1, 1), np.uint8)), PixelMap(np.zeros((1, 1), np.uint8), np.zeros((1, 1)))
    cams, walk = Layer('cams', [None, scores]), Layer('walk', [scores, scores])
    seeds, final, predicted, truth = (Layer(title, [labels, labels]) for title in ('seeds', 'labels', 'net', TRUTH))
    assert _pairs([cams, seeds, walk, final, predicted, truth], ['seeds', 'labels']) == [
        ('cams', 'labels'), ('walk', 'labels'), ('labels', 'net')]
    assert _pairs([cams, predicted, truth], []) == [('cams', 'net')]
    assert _pairs([cams, final], ['labels']) == [('cams', 'labels')]
    assert _pairs([cams], []) == [] and _pairs([final, truth], ['labels']) == []
