"""Merging official masks with SBD's."""
import sys

import numpy as np
import pytest
from fake_voc import SHAPE, mat, official_mask, png, read_mask, sbd_mask
from message_names import message_names
from voc_2012.prepare import prepare

from mmwsss.utils.errors import InputError


def test_official_masks_replace_those_of_sbd(root):
    path = root / 'SegmentationClassAug' / '2007_000001.png'
    path.write_bytes(png(sbd_mask('2007_000001')))
    prepare(root, None, workers=1)
    np.testing.assert_array_equal(read_mask(path), official_mask('2007_000001'))


def test_bad_mat_files_are_named_and_the_others_done(root):
    for path in (root / 'SegmentationClassAug').glob('2008*'):
        path.unlink()
    bad = root / 'SBD' / 'cls' / '2008_000001.mat'
    content = bad.read_bytes()
    for broken, named in ((content[:len(content) // 2], []), (mat(np.zeros((5, 7), np.uint8)), [(5, 7)]),
                          (mat(np.full(SHAPE, 33, np.uint8)), [33]), (b'', [])):
        bad.write_bytes(broken)
        with pytest.raises(InputError, match=message_names(1, 2, '2008_000001.mat', *named)):
            prepare(root, None, workers=1)
        assert not (root / 'SegmentationClassAug/2008_000001.png').exists()
        np.testing.assert_array_equal(read_mask(root / 'SegmentationClassAug/2008_000002.png'), sbd_mask('2008_000002'))
    bad.unlink()
    with pytest.raises(InputError, match=message_names('2008_000001.mat')):
        prepare(root, None, workers=1)


def test_scipy_is_asked_for_where_it_is_needed(root, monkeypatch):
    monkeypatch.setitem(sys.modules, 'scipy', None)
    with pytest.raises(InputError, match='pip install scipy'):
        prepare(root, None, workers=1)
