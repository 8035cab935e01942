"""Ids of images stay below the folder of images, and files of results below theirs."""
from pathlib import Path

import pytest
from message_names import message_names

from mmwsss.utils.errors import InputError
from mmwsss.utils.image_ids import clean_id, file_of_id, id_below


@pytest.mark.parametrize(('name', 'wanted'), [
    ('a', 'a'), (' day/a.jpg ', 'day/a.jpg'), ('./a', 'a'), ('day//a', 'day/a'), ('day/../a', 'a'), ('day\\a', 'day/a'),
    ('../a', '../a'), ('..a', '..a')])
def test_one_form(name, wanted):
    assert clean_id(name) == wanted


def test_ids_below_the_folder(tmp_path, monkeypatch):
    (tmp_path / 'data/img').mkdir(parents=True)
    (tmp_path / 'link').symlink_to(tmp_path / 'data')
    monkeypatch.chdir(tmp_path)
    for folder in ('data/img', str(tmp_path / 'data/img'), 'link/img', './data/img/'):
        for name in ('day/a', str(tmp_path / 'data/img/day/a'), '../img/day/a', 'night/../day/a'):
            assert id_below(name, folder) == 'day/a', (folder, name)
    assert id_below('..a', 'data/img') == '..a'
    assert id_below('a', 's3://bucket/img') == id_below('s3://bucket/img/a', 's3://bucket/img') == 'a'


@pytest.mark.parametrize('name', ['/elsewhere/a', '../a', '../img2/a', 'day/../../a', '..'])
def test_ids_outside_of_the_folder(name):
    with pytest.raises(InputError, match=message_names(name, 'data/img')):
        id_below(name, 'data/img')


def test_files_stay_below_the_folder():
    assert file_of_id('out', 'day/a', '.png') == Path('out/day/a.png')
    for name in ('/a', '../a', 'day/../../a'):
        with pytest.raises(InputError, match=message_names(name, 'out')):
            file_of_id('out', name, '.png')
