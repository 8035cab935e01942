"""Outputs that cannot be written are named."""
import errno
import os

import pytest
from message_names import message_names

from mmwsss.utils.atomic import atomic_path
from mmwsss.utils.errors import InputError
from mmwsss.utils.json_file import write_json
from mmwsss.utils.output import explained_output, require_file, require_folder


@pytest.fixture
def file(tmp_path):
    (tmp_path / 'file').touch()
    return tmp_path / 'file'


@pytest.mark.parametrize('below', ['', 'sub', 'sub/more'])
def test_a_file_in_the_place_of_a_folder(file, below):
    with pytest.raises(InputError, match=message_names(str(file / below))):
        require_folder(file / below)
    for write in (require_file, lambda path: write_json(path, 1)):
        with pytest.raises(InputError, match=message_names(str(file / below))):
            write(file / below / 'x.json')


def test_no_permission(tmp_path, monkeypatch):
    monkeypatch.setattr(os, 'access', lambda path, mode: False)
    with pytest.raises(InputError, match=message_names('out', 'Permission denied')):
        require_folder(tmp_path / 'out')
    with pytest.raises(InputError, match=message_names('out', 'Permission denied')):
        require_file(tmp_path / 'out' / 'x.json')


def test_a_folder_in_the_place_of_a_file(tmp_path):
    for write in (require_file, lambda path: write_json(path, 1)):
        with pytest.raises(InputError, match=message_names(str(tmp_path))):
            write(tmp_path)


def test_names_that_are_too_long(tmp_path):
    for write in (require_folder, lambda path: write_json(path, 1)):
        with pytest.raises(InputError, match='aaaa'):
            write(tmp_path / ('a' * 300))


def test_what_can_be_written_is_made(tmp_path):
    require_folder(tmp_path / 'a/b')
    require_file(tmp_path / 'c/d.json')
    assert (tmp_path / 'a/b').is_dir() and list((tmp_path / 'c').iterdir()) == []


def test_a_full_disk_stays_one(tmp_path):
    for block in (explained_output, atomic_path):
        with pytest.raises(OSError, match='full') as error, block(tmp_path / 'x'):
            raise OSError(errno.ENOSPC, 'full')
        assert not isinstance(error.value, InputError)
        assert error.value.filename == str(tmp_path / 'x')
