"""Records of stages."""
import json
import os
import subprocess
import sys

import pytest

from mmwsss.pipeline.record import config_mark, read_record, write_record
from mmwsss.utils.errors import InputError

RUNNING = dict(state='running', inputs=dict(config='1'), seconds=1.5)
DONE = dict(RUNNING, state='done', output='a.pth 12', metrics={}, peak_megabytes=2, disk_megabytes=0.5)


def test_mark_of_a_config_ignores_what_does_not_matter():
    def mark(**changes):
        settings = dict(lr=0.1, work_dir='a', loader=dict(batch_size=4, num_workers=1))
        return config_mark(dict(settings, **changes))

    assert mark() == mark(work_dir='b') == mark(data_root='moved') == mark(loader=dict(batch_size=4, num_workers=8))
    assert mark() != mark(lr=0.2) and mark() != mark(loader=dict(batch_size=8, num_workers=1))


def test_mark_of_a_config_is_the_same_in_every_process():
    program = ('from mmengine.dataset import pseudo_collate; from mmwsss.pipeline.record import config_mark; '
               'print(config_mark(dict(collate_fn=dict(type=pseudo_collate), keys={"img", "labels", "path", "size"})))')
    found = {subprocess.run([sys.executable, '-c', program], env=dict(os.environ, PYTHONHASHSEED=seed), text=True,
                            capture_output=True, check=True).stdout for seed in '123'}
    assert len(found) == 1
    assert config_mark(dict(type=json.loads)) != config_mark(dict(type=json.dumps))
    assert config_mark(dict(keys={'a', 'b'})) != config_mark(dict(keys={'a', 'c'}))


def test_mark_of_a_config_survives_a_move():
    def mark(path):
        return config_mark(dict(dataset=dict(ann_file=path)))

    assert mark('/data/lists/train.txt') == mark('/moved/train.txt') != mark('/data/lists/val.txt')
    assert mark('lists/train.txt') != mark('other/train.txt')


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
    with pytest.raises(InputError, match=r'x\.json.*--redo x'):
        read_record(tmp_path / 'x.json')
