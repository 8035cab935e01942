"""Cues of CAMs, and their files."""
import numpy as np
import pytest
from message_names import message_names

from mmwsss.pseudo_labels.cue_file import read_cues, write_cues
from mmwsss.pseudo_labels.cues import cam_to_cues
from mmwsss.utils.errors import InputError

CLASSES = ('background', 'cat', 'dog')


def test_what_is_sure():
    cam = np.array([[[1, .5, .1, .05]], [[0, .25, .3, .02]]])
    cues = cam_to_cues(cam, (1, 4), fg_thr=0.2, bg_share=0.25)
    assert cues[:, 0].tolist() == [[0, 0, 0, 1], [1, 1, 0, 0], [0, 0, 1, 0]]
    large = cam_to_cues(np.array([[[1, 1, 1, 0]], [[0, 0, 1, 0]]]), (1, 4))
    assert large[:, 0].tolist() == [[0, 0, 0, 1], [1, 1, 0, 0], [0, 0, 1, 0]]  # the smaller class wins


def test_ties_are_background_and_corners_stay_corners():
    cam = np.zeros((1, 8, 12))
    cam[0, 0, 0] = 1
    cues = cam_to_cues(cam, (3, 3), bg_share=0.1)
    assert cues[1].tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 0]] and (cues[0] == 1 - cues[1]).all()


def test_images_without_classes_or_activation():
    assert cam_to_cues(np.zeros((0, 4, 4)), (2, 3)).tolist() == [[[1] * 3] * 2]
    assert not cam_to_cues(np.zeros((2, 4, 4)), (2, 2)).any()  # nothing is known
    cam = np.array([[[0, 0, 0, 0]], [[1, .5, .1, .05]]])
    assert cam_to_cues(cam, (1, 4), bg_share=0.25)[:, 0].tolist() == [[0, 0, 0, 1], [0] * 4, [1, 1, 0, 0]]


@pytest.mark.parametrize('settings, named', [
    (dict(grid=(0, 4)), '(0, 4)'), (dict(fg_thr=1), 'fg_thr'), (dict(bg_share=0), 'bg_share')])
def test_bad_settings(settings, named):
    with pytest.raises(InputError, match=message_names(named)):
        cam_to_cues(np.zeros((1, 4, 4)), **settings)


def test_a_file_gives_back_its_cues(tmp_path):
    cues = np.random.default_rng(0).integers(0, 2, (3, 41, 41))
    cues[1] = 0
    write_cues(tmp_path / 'a.npz', cues, CLASSES)
    found = read_cues(tmp_path / 'a.npz')
    assert found.keys.tolist() == [0, 2] and found.classes == CLASSES
    np.testing.assert_array_equal(found.dense(), cues)


@pytest.mark.parametrize('cues', [np.full((3, 2, 2), 2), np.zeros((2, 2, 2)), np.zeros((3, 4))])
def test_what_is_not_written(tmp_path, cues):
    with pytest.raises(InputError, match=message_names('a.npz')):
        write_cues(tmp_path / 'a.npz', cues, CLASSES)
    with pytest.raises(InputError, match=message_names('a.npy')):
        write_cues(tmp_path / 'a.npy', np.zeros((3, 2, 2)), CLASSES)


@pytest.mark.parametrize('changes', [dict(keys=np.array([5])), dict(cues=np.zeros((2, 2, 2), np.uint8)),
                                     dict(cues=np.full((1, 2, 2), 7, np.uint8)), None])
def test_files_of_another_form(tmp_path, changes):
    path = tmp_path / 'a.npz'
    with pytest.raises(InputError, match=message_names('a.npz', 'make_cues.py')):
        read_cues(path)
    if changes is None:
        path.write_bytes(b'PK')
    else:
        np.savez(path, **{**dict(keys=np.array([1]), cues=np.zeros((1, 2, 2), np.uint8), classes=CLASSES), **changes})
    with pytest.raises(InputError, match=message_names('a.npz')):
        read_cues(path)
