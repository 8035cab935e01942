import json

import pytest
from mmengine.config import Config

from mmwsss.engine.pipeline.stage import config_mark, data_marks, folder_mark, read_record, write_record
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

    assert mark() == mark(work_dir='b') == mark(loader=dict(batch_size=4, num_workers=8))
    assert mark() != mark(lr=0.2) and mark() != mark(loader=dict(batch_size=8, num_workers=1))


def test_marks_of_the_lists(tmp_path):
    (tmp_path / 'train.txt').write_text('a\nb\n')
    (tmp_path / 'labels.json').write_text('{}')
    settings = Config(dict(d=dict(data_root=str(tmp_path), ann_file='train.txt', label_file='labels.json'))).d
    before = data_marks(settings)
    assert set(before) == {'train.txt', 'labels.json'}
    (tmp_path / 'train.txt').write_text('a\n')
    after = data_marks(settings)
    assert after['train.txt'] != before['train.txt'] and after['labels.json'] == before['labels.json']


def test_records(tmp_path):
    assert read_record(tmp_path / 'x.json') is None
    write_record(tmp_path / 'records' / 'x.json', dict(state='done', seconds=1.5))
    assert read_record(tmp_path / 'records' / 'x.json') == dict(state='done', seconds=1.5)
    (tmp_path / 'x.json').write_text(json.dumps(dict(a=1))[:-2])
    with pytest.raises(InputError, match=r'x\.json is damaged'):
        read_record(tmp_path / 'x.json')
