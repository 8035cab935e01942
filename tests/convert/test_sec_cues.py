"""The published form of cues: what is read, and what is refused."""
import os
import pickle

import numpy as np
import pytest
from message_names import message_names

from mmwsss.convert.sec_cues import convert_sec_cues
from mmwsss.pseudo_labels.cue_file import read_cues
from mmwsss.utils.errors import InputError

CLASSES = ('background', 'cat', 'dog')
CUES = np.array([[0, 2, 2], [0, 1, 4], [3, 2, 1]])
GOOD = {'7_labels': np.array([2]), '7_cues': CUES, '8_labels': [1], '8_cues': [[], [], []]}


class Evil:
    """Runs a command when it is unpickled."""

    def __reduce__(self):
        return os.system, ('true', )


def convert(folder, content, lines='JPEGImages/a.jpg 7\nb 8\n', protocol=2):
    (folder / 'cues.pickle').write_bytes(pickle.dumps(content, protocol))
    (folder / 'list.txt').write_text(lines)
    return convert_sec_cues(folder / 'cues.pickle', folder / 'list.txt', folder / 'out', CLASSES, (5, 4))


def test_cues_and_names(tmp_path):
    assert convert(tmp_path, GOOD) == 2
    found = read_cues(tmp_path / 'out' / 'a.npz')
    assert found.classes == CLASSES and found.keys.tolist() == [0, 2]
    assert np.argwhere(found.dense()).tolist() == [[0, 0, 3], [2, 1, 2], [2, 4, 1]]
    assert not len(read_cues(tmp_path / 'out' / 'b.npz').keys)


def test_a_list_without_numbers(tmp_path):
    assert convert(tmp_path, {key.replace('7', '1').replace('8', '0'): value for key, value in GOOD.items()},
                   'b\na\n') == 2
    assert read_cues(tmp_path / 'out' / 'a.npz').keys.tolist() == [0, 2]


@pytest.mark.parametrize('changes, named', [
    ({'7_weights': 1}, '7_weights'), ({'7_labels': np.array([0])}, '1..2'), ({'7_labels': np.array([1])}, '[2]'),
    ({'7_cues': CUES.T[:2]}, '(3, n)'), ({'7_cues': CUES + [[0], [0], [1]]}, '(3, 5, 4)'),
    ({'7_cues': CUES * 1.0}, 'float64'), ({'7_cues': Evil()}, 'system')])
def test_another_form(tmp_path, changes, named):
    with pytest.raises(InputError, match=message_names('cues.pickle', named)):
        convert(tmp_path, {**GOOD, **changes})
    assert not (tmp_path / 'out').exists()


@pytest.mark.parametrize('lines, named', [('c 9\n', 'c'), ('a 7 8\n', 'a 7 8'), ('a 7\nb 7\n', 'b 7'),
                                          ('a.jpg 7\nx/a.png 8\n', 'x/a.png 8'), ('\n', 'list.txt')])
def test_another_list(tmp_path, lines, named):
    with pytest.raises(InputError, match=message_names('list.txt', named)):
        convert(tmp_path, GOOD, lines)
    assert not (tmp_path / 'out').exists()
