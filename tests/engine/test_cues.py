"""Which classes of CAM files become cues."""
import json

import numpy as np
import pytest
from message_names import message_names
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS
from tiny_voc import write_tiny_voc

from mmwsss.engine.cues import DEFAULTS, make_cues
from mmwsss.pseudo_labels import write_cam
from mmwsss.pseudo_labels.cue_file import read_cues
from mmwsss.utils.errors import InputError

CLASSES = ('bus', 'car', 'cat')
NAME = '2007_000000'


@pytest.fixture
def cues(tmp_path):
    """Makes the cues of the only image, with its labels and the maps of its CAM file."""
    init_default_scope('mmseg')
    root = write_tiny_voc(tmp_path / 'data', CLASSES, images=1)

    def cues(labels, maps):
        cam = np.array(list(maps.values())).reshape(-1, 1, 1) * np.linspace(0, 1, 16) * np.ones((12, 1))
        write_cam(tmp_path / f'cams/{NAME}.npz', cam, np.array(list(maps), dtype=int), (48, 64), CLASSES)
        (root / 'image_labels.json').write_text(json.dumps({NAME: labels}))
        dataset = DATASETS.build(dict(
            type='ImageLabelDataset', data_root=str(root), ann_file='ImageSets/Segmentation/train.txt',
            data_prefix=dict(img_path='JPEGImages'), metainfo=dict(classes=('background', *CLASSES)), allow_empty=True,
            cam_dir=str(tmp_path / 'cams'), **({} if labels is not None else dict(label_file=None))))
        assert make_cues(dataset, tmp_path / 'cues', DEFAULTS) == 1
        return read_cues(tmp_path / f'cues/{NAME}.npz').dense()
    return cues


def test_only_labelled_classes_have_cues(cues):
    found = cues(['car'], {0: 1.0, 1: 1.0})
    assert found.any(axis=(1, 2)).tolist() == [True, False, True, False]
    assert found[0].mean() == pytest.approx(0.1, abs=0.03)


@pytest.mark.parametrize(('labels', 'maps'), [([], {}), ([], {2: 1.0}), (None, {})])
def test_no_class_means_background(cues, labels, maps):
    found = cues(labels, maps)
    assert found[0].all() and not found[1:].any()


def test_maps_of_0_mean_nothing(cues):
    assert not cues(['car'], {1: 0.0}).any()


@pytest.mark.parametrize('maps', [{}, {0: 1.0}, {0: 1.0, 1: 1.0}])
def test_a_labelled_class_without_a_map(cues, maps):
    with pytest.raises(InputError, match=message_names(NAME, 'cat', 'labels')):
        cues(['car', 'cat'], maps)
