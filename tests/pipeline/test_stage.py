import json

import pytest

from mmwsss.pipeline.stage import config_mark, folder_mark, read_record, write_record
from mmwsss.utils.errors import InputError


def test_mark_of_a_folder_is_its_names_and_contents(tmp_path):
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
    with pytest.raises(InputError, match='holds no .npz files'):
        folder_mark(tmp_path / 'b', '.npz')


def test_mark_of_a_config_ignores_what_does_not_matter():
    def mark(**changes):
        settings = dict(lr=0.1, work_dir='a', loader=dict(batch_size=4, num_workers=1))
        return config_mark(dict(settings, **changes))

    assert mark() == mark(work_dir='b') == mark(data_root='moved') == mark(loader=dict(batch_size=4, num_workers=8))
    assert mark() != mark(lr=0.2) and mark() != mark(loader=dict(batch_size=8, num_workers=1))


RUNNING = dict(state='running', inputs=dict(config='1'), seconds=1.5)
DONE = dict(RUNNING, state='done', output='a.pth 12', metrics={}, peak_megabytes=2, disk_megabytes=0.5)


@pytest.mark.parametrize('record', [RUNNING, DONE, dict(DONE, command='a', more=None)])
def test_records(tmp_path, record):
    assert read_record(tmp_path / 'x.json') is None
    write_record(tmp_path / 'records' / 'x.json', record)
    assert read_record(tmp_path / 'records' / 'x.json') == record


@pytest.mark.parametrize('content', [
    '', b'\xff\xfe', json.dumps(DONE)[:-2], '[]', '5', 'null', '{}', '"x"', dict(DONE, state='begun'),
    dict(RUNNING, inputs=[]), dict(RUNNING, seconds=None), *(dict(DONE, **{key: None}) for key in DONE)])
def test_damaged_records(tmp_path, content):
    text = json.dumps(content) if isinstance(content, dict) else content
    (tmp_path / 'x.json').write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError, match=r'x\.json is damaged. Make the stage anew by --redo x\.'):
        read_record(tmp_path / 'x.json')
