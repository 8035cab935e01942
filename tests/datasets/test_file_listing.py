"""Listing folders."""
import os

import mmengine.fileio as fileio
import pytest

from mmwsss.datasets.file_listing import files_in, lists_beside


@pytest.fixture
def folder(tmp_path):
    for name in ('a.jpg', 'b/c.jpg', 'b/d/e.png', '.hidden', '.git/f', 'empty/x'):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / 'empty/x').unlink()
    (tmp_path / 'link.jpg').symlink_to(tmp_path / 'a.jpg')
    (tmp_path / 'linked').symlink_to(tmp_path / 'b' / 'd')
    (tmp_path / 'broken.jpg').symlink_to(tmp_path / 'nowhere')
    return tmp_path


@pytest.mark.parametrize('recursive', [False, True])
def test_the_same_files_as_mmengine_but_hidden_folders(folder, recursive):
    expected = set(fileio.list_dir_or_file(folder, list_dir=False, recursive=recursive)) - {'.git/f'}
    assert set(files_in(str(folder), recursive)) == expected
    assert ('linked/e.png' in expected) == recursive and 'link.jpg' in expected


def test_a_missing_folder_has_no_files(tmp_path):
    assert list(files_in(str(tmp_path / 'nowhere'), recursive=True)) == []


def test_files_are_not_queried_one_by_one(tmp_path, monkeypatch):
    for index in range(20):
        (tmp_path / f'{index}.jpg').touch()
    calls, stat = [], os.stat

    def counted(path, *args, **kwargs):
        calls.append(path)
        return stat(path, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(os, 'stat', counted)
        found = list(files_in(str(tmp_path)))
    assert len(found) == 20 and len(calls) < 3


def test_hidden_folders_of_another_backend(monkeypatch):
    names = ['a.jpg', '.thumbnails/b.jpg', 'c/.hidden/d.jpg', 'c/e.jpg']
    monkeypatch.setattr(fileio, 'get_file_backend', lambda *args, **kwargs: None)
    monkeypatch.setattr(fileio, 'isdir', lambda *args: True)
    monkeypatch.setattr(fileio, 'list_dir_or_file', lambda *args, **kwargs: iter(names))
    assert list(files_in('s3://images', recursive=True)) == ['a.jpg', 'c/e.jpg']


def test_lists_beside_a_missing_one(tmp_path, monkeypatch):
    for name in ('train.txt', 'my.val.txt', 'x.json', 'sub/y.txt'):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    assert lists_beside(tmp_path / 'gone.txt') == lists_beside('gone.txt') == ['my.val', 'train']
    assert lists_beside('sub/gone.txt') == ['y'] and lists_beside('nowhere/gone.txt') == []
