"""Labels of boundaries in the place of a label map."""
import numpy as np
import pytest
import torch
from message_names import message_names
from mmseg.registry import TRANSFORMS

from mmwsss.pseudo_labels import boundary_label
from mmwsss.utils.errors import InputError


def test_replaces_the_map():
    labels = np.random.default_rng(0).choice(np.uint8([0, 3, 255]), (6, 7)).repeat(5, 0).repeat(5, 1)
    step = TRANSFORMS.build(dict(type='BoundaryLabels', window=9, between_objects=False))
    results = step(dict(gt_seg_map=labels[:, ::-1], img_path='a.jpg'))
    assert results['img_path'] == 'a.jpg' and results['gt_seg_map'].dtype == np.uint8
    expected = boundary_label(torch.from_numpy(labels), 9, between_objects=False).flip(1)
    np.testing.assert_array_equal(results['gt_seg_map'], expected)


def test_bad_window():
    with pytest.raises(InputError, match=message_names('window=8')):
        TRANSFORMS.build(dict(type='BoundaryLabels', window=8))
