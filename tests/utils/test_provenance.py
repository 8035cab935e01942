"""Fingerprints of files and folders, and records of what folders were made from."""
import json

import pytest
from message_names import message_names

from mmwsss.utils.errors import InputError
from mmwsss.utils.provenance import (
    check_complete,
    claim_folder,
    file_mark,
    folder_mark,
    read_made_from,
    settings_mark,
    source_mark,
)
from mmwsss.utils.walk import walk_files


def test_a_new_folder_gets_a_record_and_an_equal_run_resumes(tmp_path):
    made_from = dict(checkpoint='a', test_cfg=dict(scales=(1.0, 0.5)))
    claim_folder(tmp_path / 'out', made_from, ['x'], '.npz')
    assert json.loads((tmp_path / 'out' / 'made_from.json').read_text())['checkpoint'] == 'a'
    (tmp_path / 'out' / 'x.npz').touch()
    claim_folder(tmp_path / 'out', made_from, ['x'], '.npz')
    assert (tmp_path / 'out' / 'x.npz').is_file()
    assert read_made_from(tmp_path / 'out') == dict(checkpoint='a', test_cfg=dict(scales=[1.0, 0.5]))


def test_another_input_is_named(tmp_path):
    claim_folder(tmp_path, dict(checkpoint='a', test_cfg=dict(bg_thr=0.1)), [], '.npz')
    with pytest.raises(InputError, match=r'test_cfg\.bg_thr: 0\.1.*0\.2.*--overwrite') as error:
        claim_folder(tmp_path, dict(checkpoint='a', test_cfg=dict(bg_thr=0.2)), [], '.npz')
    assert 'checkpoint' not in str(error.value)


def test_overwrite_deletes_what_the_record_lists_and_nothing_else(tmp_path):
    claim_folder(tmp_path, dict(a=1), ['x', 'sub/y'], '.npz')
    (tmp_path / 'sub').mkdir()
    for name in ('x.npz', 'sub/y.npz', 'notes.txt', 'x.png'):
        (tmp_path / name).touch()
    claim_folder(tmp_path, dict(a=2), ['z'], '.npz', overwrite=True)
    assert sorted(walk_files(tmp_path)) == ['made_from.json', 'notes.txt', 'x.png']
    assert json.loads((tmp_path / 'made_from.json').read_text()) == dict(a=2, files=['z.npz'])


@pytest.mark.parametrize('overwrite', [False, True])
@pytest.mark.parametrize('name', ['x.png', 'mask/p0.png'])
def test_files_without_a_record_are_neither_trusted_nor_deleted(tmp_path, name, overwrite):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
    with pytest.raises(InputError, match=message_names(r'made_from.json', name)):
        claim_folder(tmp_path, dict(a=1), ['x'], '.png', overwrite)
    assert list(walk_files(tmp_path)) == [name]


def test_files_that_somebody_added_stay(tmp_path):
    """Also one whose name a later run would write, after a list that grew."""
    claim_folder(tmp_path, dict(a=1), ['x'], '.png')
    for name in ('x.png', 'y.png'):
        (tmp_path / name).touch()
    claim_folder(tmp_path, dict(a=1), ['x', 'y', 'z'], '.png')  # resumed: y is taken as it is
    assert json.loads((tmp_path / 'made_from.json').read_text())['files'] == ['x.png', 'z.png']
    with pytest.raises(InputError, match=message_names('y.png', '--overwrite')):
        claim_folder(tmp_path, dict(a=2), ['x', 'y'], '.png', overwrite=True)
    assert sorted(walk_files(tmp_path, '.png')) == ['x.png', 'y.png']  # refused before anything is deleted


def test_a_record_of_an_older_version_lists_no_files(tmp_path):
    (tmp_path / 'made_from.json').write_text('{"a": 1}')
    for name in ('x.png', 'y.png'):
        (tmp_path / name).touch()
    with pytest.raises(InputError, match=message_names('y.png')):
        claim_folder(tmp_path, dict(a=2), ['x'], '.png', overwrite=True)
    (tmp_path / 'y.png').unlink()
    claim_folder(tmp_path, dict(a=2), ['x'], '.png', overwrite=True)
    assert list(walk_files(tmp_path, '.png')) == []


@pytest.mark.parametrize('listed', ['../x.png', '/x.png'])
def test_a_record_that_leads_out_of_the_folder_deletes_nothing(tmp_path, listed):
    (tmp_path / 'x.png').touch()
    (tmp_path / 'out').mkdir()
    (tmp_path / 'out' / 'made_from.json').write_text(json.dumps(dict(a=1, files=[listed])))
    with pytest.raises(InputError, match=message_names(listed)):
        claim_folder(tmp_path / 'out', dict(a=1), ['x'], '.png', overwrite=True)
    assert (tmp_path / 'x.png').is_file()


@pytest.mark.parametrize('content', ['{"a": ', '[]', '\xff'])
def test_a_damaged_record_is_named(tmp_path, content):
    (tmp_path / 'made_from.json').write_text(content)
    with pytest.raises(InputError, match=r'made_from\.json'):
        claim_folder(tmp_path, dict(a=1), [], '.png')


def test_completeness(tmp_path):
    (tmp_path / 'sub').mkdir()
    for name in ('a.png', 'sub/b.png', '.c-half.png'):
        (tmp_path / name).touch()
    check_complete(tmp_path, ['a', 'sub/b'])
    with pytest.raises(InputError, match=r'\.png.* 1 of .* 3 .* d\.'):
        check_complete(tmp_path, ['a', 'sub/b', 'd'])
    with pytest.raises(InputError, match=r' 1 \.png.* sub/b'):
        check_complete(tmp_path, ['a'])


def test_the_mark_of_a_file_is_its_content(tmp_path):
    for name, content in (('a.pth', b'1'), ('b.pth', b'1'), ('c.pth', b'2')):
        (tmp_path / name).write_bytes(content)
    marks = [file_mark(tmp_path / name).split()[1] for name in ('a.pth', 'b.pth', 'c.pth')]
    assert marks[0] == marks[1] != marks[2]
    assert marks[0] == '6b86b273ff34fce1'  # SHA-256 of "1"
    with pytest.raises(InputError, match=r'd\.pth'):
        file_mark(tmp_path / 'd.pth')


def test_the_mark_of_a_folder_is_its_names_and_contents(tmp_path):
    (tmp_path / 'a' / 'sub').mkdir(parents=True)
    for name, content in (('x.png', b'1'), ('sub/y.png', b'2'), ('notes.txt', b'3'), ('.half.png', b'4')):
        (tmp_path / 'a' / name).write_bytes(content)
    mark = folder_mark(tmp_path / 'a', '.png')
    assert mark.startswith('2 files ')
    (tmp_path / 'a' / 'notes.txt').write_bytes(b'5')
    (tmp_path / 'a' / '.half.png').unlink()
    assert folder_mark(tmp_path / 'a', '.png') == mark
    (tmp_path / 'a').rename(tmp_path / 'b')
    assert folder_mark(tmp_path / 'b', '.png') == mark
    (tmp_path / 'b' / 'x.png').write_bytes(b'6')
    changed = folder_mark(tmp_path / 'b', '.png')
    (tmp_path / 'b' / 'x.png').rename(tmp_path / 'b' / 'z.png')
    assert len({mark, changed, folder_mark(tmp_path / 'b', '.png')}) == 3
    with pytest.raises(InputError, match=r'b .*\.npz'):
        folder_mark(tmp_path / 'b', '.npz')


def test_the_mark_of_settings_is_their_content():
    assert settings_mark(dict(a=1, b=(1, 2))) == settings_mark(dict(b=[1, 2], a=1)) != settings_mark(dict(a=2))


def test_a_source_is_a_file_or_a_folder_of_the_first_kind_that_it_has(tmp_path):
    (tmp_path / 'a.png').write_text('png')
    kinds = ('.xml', '.png')
    assert source_mark(tmp_path / 'a.png', kinds) == file_mark(tmp_path / 'a.png')
    assert source_mark(tmp_path, kinds) == folder_mark(tmp_path, '.png')
    (tmp_path / 'below').mkdir()
    (tmp_path / 'below' / 'b.xml').write_text('xml')
    assert source_mark(tmp_path, kinds) == folder_mark(tmp_path, '.xml') != folder_mark(tmp_path, '.png')
    with pytest.raises(InputError, match=message_names('empty')):
        source_mark(tmp_path / 'empty', kinds)
