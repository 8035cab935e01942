"""Loading cues: flips with the image, and cues that do not belong to it."""
import numpy as np
import pytest
from message_names import message_names
from mmengine.registry import init_default_scope
from mmseg.registry import TRANSFORMS

from mmwsss.datasets import LoadCues
from mmwsss.pseudo_labels.cue_file import write_cues
from mmwsss.utils.errors import InputError

CLASSES = ('background', 'cat', 'dog')


@pytest.fixture
def results(tmp_path):
    cues = np.zeros((3, 4, 5), np.uint8)
    cues[0, 0, 0] = cues[2, 1, 3] = 1
    write_cues(tmp_path / 'a.npz', cues, CLASSES)
    return dict(seg_map_path=str(tmp_path / 'a.npz'), img_path='a.jpg', num_classes=3, gt_score=np.array([0., 1.]),
                img=np.zeros((9, 9, 3), np.uint8), img_shape=(9, 9), seg_fields=[])


def test_cues_are_mirrored_with_the_image_and_packed(results):
    init_default_scope('mmseg')
    for step in (dict(type='LoadCues'), dict(type='RandomFlip', prob=1.0)):
        results = TRANSFORMS.build(step)(results)
    sample = TRANSFORMS.build(dict(type='PackImageLabelInputs', keys=['cues']))(results)['data_samples']
    assert sample.cues.shape == (4, 5, 3)
    assert sample.cues.nonzero().tolist() == [[0, 4, 0], [1, 1, 2]]


@pytest.mark.parametrize('changes, named', [
    (dict(gt_score=np.array([1., 0.])), 'dog'), (dict(num_classes=4), 4),
    (dict(image_classes=['cat', 'cow']), 'cow'), (dict(seg_map_path='b.npz'), 'b.npz')])
def test_cues_that_do_not_belong_to_the_image(results, changes, named):
    with pytest.raises(InputError, match=message_names(named)):
        LoadCues().transform({**results, **changes})
