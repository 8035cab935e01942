"""Score files: small, exact enough, checked."""
import numpy as np
import pytest
import torch
from message_names import message_names

from mmwsss.pseudo_labels.affinity_scores import affinity_label
from mmwsss.pseudo_labels.score_file import read_scores, write_scores
from mmwsss.utils.errors import InputError

CLASSES = ('cat', 'dog', 'cow')


@pytest.fixture
def scores(golden):
    psa = golden('psa')
    return np.stack([psa['cls_la'], psa['cls_ha']])


def test_round_trip(scores, tmp_path):
    write_scores(tmp_path / 'below' / 'a.npz', scores, np.array([2, 0]), CLASSES)
    found = read_scores(tmp_path / 'below' / 'a.npz')
    assert found.keys.tolist() == [2, 0] and found.classes == CLASSES and found.scores.dtype == np.uint8
    np.testing.assert_allclose(found.scores / 255, scores, atol=0.5 / 255 + 1e-6)
    assert (tmp_path / 'below' / 'a.npz').stat().st_size < scores.nbytes / 10
    assert [path.name for path in (tmp_path / 'below').iterdir()] == ['a.npz']


def test_labels_of_a_file_are_those_of_the_scores(scores, tmp_path):
    write_scores(tmp_path / 'a.npz', scores, np.array([2, 0]), CLASSES)
    stored = torch.tensor(read_scores(tmp_path / 'a.npz').scores) / 255
    for top, left in ((0, 0), (3, 5), (6, 1)):
        places = (slice(None), slice(top, top + 64), slice(left, left + 80))
        expected = affinity_label(*(one[places] for one in torch.tensor(scores)))
        assert torch.equal(affinity_label(*(one[places] for one in stored)), expected)


@pytest.mark.parametrize(('change', 'named'), [
    (dict(scores=np.full((2, 3, 4, 4), np.nan)), ['(2, 3, 4, 4)']),
    (dict(scores=np.full((2, 3, 4, 4), 1.5)), ['[0, 1]']),
    (dict(scores=np.zeros((2, 2, 4, 4))), ['(2, 2, 4, 4)', '(2,)']), (dict(keys=np.array([1, 3])), [2, '[1, 3]']),
    (dict(scores=np.zeros((3, 4, 4))), ['(3, 4, 4)'])])
def test_bad_content(change, named, tmp_path):
    content = dict(dict(scores=np.zeros((2, 3, 4, 4)), keys=np.array([0, 1])), **change)
    with pytest.raises(InputError, match=message_names('a.npz', *named)):
        write_scores(tmp_path / 'a.npz', content['scores'], content['keys'], CLASSES)
    assert not list(tmp_path.iterdir())


def test_bad_files(tmp_path):
    with pytest.raises(InputError, match=message_names('a.npy', '.npz')):
        write_scores(tmp_path / 'a.npy', np.zeros((2, 1, 4, 4)), np.zeros(0, int), CLASSES)
    with pytest.raises(InputError, match=message_names('none.npz', 'make_affinity_scores.py')):
        read_scores(tmp_path / 'none.npz')
    (tmp_path / 'a.npz').write_bytes(b'PK')
    with pytest.raises(InputError, match=message_names('a.npz', 'damaged')):
        read_scores(tmp_path / 'a.npz')
    np.savez(tmp_path / 'cam.npz', cam=np.zeros(1), keys=np.zeros(1, int))
    with pytest.raises(InputError, match=message_names('cam.npz')):
        read_scores(tmp_path / 'cam.npz')
