"""Fingerprints of files and folders, and records of what folders were made from."""
import json

import pytest

from mmwsss.utils.errors import InputError
from mmwsss.utils.provenance import check_complete, claim_folder, file_mark, folder_mark, settings_mark


def test_a_new_folder_gets_a_record_and_an_equal_run_resumes(tmp_path):
    made_from = dict(checkpoint='a', test_cfg=dict(scales=(1.0, 0.5)))
    claim_folder(tmp_path / 'out', made_from, '.npz')
    assert json.loads((tmp_path / 'out' / 'made_from.json').read_text())['checkpoint'] == 'a'
    (tmp_path / 'out' / 'x.npz').touch()
    claim_folder(tmp_path / 'out', made_from, '.npz')
    assert (tmp_path / 'out' / 'x.npz').is_file()


def test_another_input_is_named(tmp_path):
    claim_folder(tmp_path, dict(checkpoint='a', test_cfg=dict(bg_thr=0.1)), '.npz')
    with pytest.raises(InputError, match=r'test_cfg\.bg_thr: 0\.1.*0\.2.*--overwrite') as error:
        claim_folder(tmp_path, dict(checkpoint='a', test_cfg=dict(bg_thr=0.2)), '.npz')
    assert 'checkpoint' not in str(error.value)


def test_overwrite_deletes_outputs_and_nothing_else(tmp_path):
    claim_folder(tmp_path, dict(a=1), '.npz')
    for name in ('x.npz', 'notes.txt'):
        (tmp_path / name).touch()
    claim_folder(tmp_path, dict(a=2), '.npz', overwrite=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ['made_from.json', 'notes.txt']
    assert json.loads((tmp_path / 'made_from.json').read_text()) == dict(a=2)


def test_files_without_a_record_are_not_trusted(tmp_path):
    (tmp_path / 'x.png').touch()
    with pytest.raises(InputError, match=r'made_from\.json'):
        claim_folder(tmp_path, dict(a=1), '.png')


@pytest.mark.parametrize('content', ['{"a": ', '[]', '\xff'])
def test_a_damaged_record_is_named(tmp_path, content):
    (tmp_path / 'made_from.json').write_text(content)
    with pytest.raises(InputError, match=r'made_from\.json.*--overwrite'):
        claim_folder(tmp_path, dict(a=1), '.png')


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
