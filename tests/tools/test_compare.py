"""The comparison of networks and pipelines: one tiny network is trained, everything else is a stub."""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from message_names import message_names
from run_tool import TOOLS, run_inside, run_process
from tiny_pipeline import write_tiny_pipeline

SUPPORT = Path(__file__).resolve().parents[1] / 'support'
STUB = """\
custom_imports = dict(imports=['stub_kind'])
stages = [dict(type='StubMeasure', name='training', list=None),
          dict(type='StubMeasure', name='test', value={value}, after='training', orders={orders!r})]
"""
ARGUMENTS = ['classifier.py', 'S=stub.py', '--seeds', '3', '--lists', 'val', '--work-dir', 'w', '--jobs', '2']


def cells(out: str) -> list[dict[str, str]]:
    header, *rows = [[cell.strip() for cell in line.strip('|').split('|')] for line in out.splitlines()
                     if line.startswith('|')]
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.fixture(scope='module', autouse=True)
def search_path():
    """Where the processes find our kind of stage."""
    before = os.environ.get('PYTHONPATH')
    os.environ['PYTHONPATH'] = os.pathsep.join([str(SUPPORT), *([before] if before else [])])
    yield
    os.environ.pop('PYTHONPATH') if before is None else os.environ.update(PYTHONPATH=before)


@pytest.fixture(scope='module')
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp('compare with space')
    write_tiny_pipeline(folder)
    (folder / 'stub.py').write_text(STUB.format(value=40, orders='orders.txt'))
    (folder / 'failing.py').write_text(STUB.format(value=41, orders='failing.txt'))
    (folder / 'failing.txt').write_text('sys.exit("error: no more ink")')
    return folder


@pytest.fixture(scope='module')
def interrupted(folder) -> tuple[int, str]:
    """Ctrl-C when the network is done, and the stub is at its last stage: exit status and message."""
    (folder / 'orders.txt').write_text('import os, time; print(os.getpid(), flush=True); time.sleep(300)')
    run = subprocess.Popen([sys.executable, str(TOOLS / 'compare.py'), *ARGUMENTS], cwd=folder, text=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while not ((folder / 'w/compare.json').is_file() and stage_of_the_stub(folder)):
        assert run.poll() is None, run.stderr.read()
        time.sleep(0.1)
    run.send_signal(signal.SIGINT)
    message = run.communicate(timeout=120)[1]
    (folder / 'orders.txt').write_text('')
    return run.returncode, message


def stage_of_the_stub(folder: Path) -> int:
    """The number of the process; 0 before it started."""
    log = folder / 'w/S/seed_3/logs/test.log'
    return int((log.read_text() if log.is_file() else '').partition('\n')[0] or 0)


@pytest.fixture(scope='module')
def finished(folder, interrupted):
    """The same command again, with an entry that fails."""
    return run_process('compare.py', *ARGUMENTS[:1], 'F=failing.py', *ARGUMENTS[1:], cwd=folder)


def test_ctrl_c_ends_all_stages_and_keeps_what_is_done(interrupted, folder):
    status, message = interrupted
    assert status == 130 and 'Interrupted' in message and 'Traceback' not in message
    with pytest.raises(ProcessLookupError):
        os.kill(stage_of_the_stub(folder), 0)
    assert json.loads((folder / 'w/S/seed_3/records/test.json').read_text())['state'] == 'running'
    log = (folder / 'w/classifier/seed_3/logs/training.log').read_text()
    assert 'seed=3' in log.replace(' ', '')


def test_the_same_command_runs_what_is_missing(finished, folder):
    assert 'classifier, seed 3: done' in finished.out and 'classifier, seed 3: starts' not in finished.out
    assert 'S, seed 3: training: done' in finished.out  # only its test ran
    first, second = cells(finished.out)
    assert (first['entry'], first['list'], first['seeds']) == ('classifier', 'val', '1')
    assert second['entry'] == 'S' and second['CAM mIoU'] == '43.00' and second['mAP'] == ''  # 40 and its seed
    for title in ('CAM mIoU', 'CAM threshold', 'CAM mIoU, label-free', 'mAP', 'training, s', 'test, s'):
        assert float(first[title]) >= 0
    assert float(first['peak memory, MB']) > 100
    assert {path.name for path in (folder / 'w').glob('compare.*')} == {
        'compare.json', 'compare.md', 'compare.png', 'compare.svg'}


def test_a_failure_is_named_with_its_log(finished):
    assert finished.status == 1 and 'Traceback' not in finished.err
    assert re.search(message_names('F, seed 3', 'no more ink', 'w/F/seed_3/compare.log'), finished.err)
    assert '[2/3] S, seed 3: done' in finished.out and '] F, seed 3: failed' in finished.out


def test_the_files_tell_values_machines_and_dates(finished, folder):
    found = json.loads((folder / 'w/compare.json').read_text())
    training, test = found['cells'][0]['stages']
    record = json.loads((folder / 'w/classifier/seed_3/records/test_val.json').read_text())
    assert test['metrics'] == record['metrics'] and test['seconds'] == record['seconds'] and training['trains']
    assert set(training['machine']) >= {'processor', 'cores', 'python', 'mmwsss', 'torch', 'mmseg'}
    assert '2020' < training['ended'] <= test['ended']
    assert cells((folder / 'w/compare.md').read_text())[1] == cells(finished.out)[0]


def test_what_is_done_is_printed(finished, folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    shown = run_inside(capsys, monkeypatch, 'compare.py', *ARGUMENTS, '--only-print')
    assert shown.status == 0 and cells(shown.out) == cells(finished.out)
    shown = run_inside(capsys, monkeypatch, 'compare.py', *ARGUMENTS, '--only-print', '--seeds', '4')
    assert shown.status == 0 and not cells(shown.out + '|x|')
    monkeypatch.setattr(subprocess, 'Popen', None)  # nothing is started
    again = run_inside(capsys, monkeypatch, 'compare.py', *ARGUMENTS)
    assert again.status == 0 and cells(again.out) == cells(finished.out)


def test_results_of_another_machine_are_taken(finished, folder, tmp_path, capsys, monkeypatch):
    for name in ('classifier.py', 'stub.py'):
        text = (folder / name).read_text().replace(str(folder / 'data'), str(tmp_path / 'data'))
        (tmp_path / name).write_text(text)
    shutil.copytree(folder / 'data', tmp_path / 'data')
    shutil.copy(folder / 'w/compare.json', tmp_path / 'other.json')
    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(subprocess, 'Popen', None)
        done = run_inside(capsys, patch, 'compare.py', *ARGUMENTS, '--results', 'other.json')
    assert done.status == 0 and cells(done.out) == cells(finished.out)
    assert done.out.count('taken from other.json') == 2
    assert {cell['source'] for cell in json.loads(Path('w/compare.json').read_text())['cells']} == {'other.json'}

    Path('stub.py').write_text(STUB.format(value=41, orders='orders.txt'))
    done = run_inside(capsys, monkeypatch, 'compare.py', *ARGUMENTS, '--results', 'other.json', '--only-print')
    assert [row['entry'] for row in cells(done.out)] == ['classifier']
    assert re.search(message_names('S, seed 3', 'other.json', 'test', 'value'), done.out)


@pytest.mark.parametrize('arguments, named', [
    (['--lists', 'vall'], ['vall.txt', 'train', 'val']),
    (['--jobs', '0'], ['--jobs', '0']), (['--gpus', '0'], ['--gpus', '0']),
    (['--results', 'none.json'], ['none.json']), (['--results', 'data/image_labels.json'], ['image_labels.json']),
    (['classifier.py'], ['classifier', 'NAME=PATH']), (['irnet.py'], ['irnet', 'ir_labels']),
    (['x=segmentor.py'], ['x', 'segmentor.py', 'masks']),
    (['maskless.py'], ['maskless.py', 'LoadMask']), (['without.py'], ['without.py', 'test_dataloader']),
    (['listless.py', '--lists', 'val'], ['listless.py', 'val']),
    (['--work-dir', 'stub.py'], ['stub.py', '--work-dir'])])
def test_mistakes_end_with_one_message_before_anything_runs(arguments, named, folder, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    for name, change in (('maskless', 'test_dataloader = dict(dataset=dict(pipeline=[dict(type="LoadImage"), '
                                      'dict(type="PackImageLabelInputs")]))'),
                         ('without', 'test_dataloader = None\ntest_evaluator = None\ntest_cfg = None'),
                         ('listless', 'test_dataloader = dict(dataset=dict(ann_file=""))')):
        (folder / f'{name}.py').write_text(f"_base_ = 'classifier.py'\n{change}\n")
    monkeypatch.setattr(subprocess, 'Popen', None)
    first = [] if arguments[0].endswith('out.py') else ['classifier.py']
    words = [*first, *arguments, *([] if '--work-dir' in arguments else ['--work-dir', tmp_path / 'bad'])]
    done = run_inside(capsys, monkeypatch, 'compare.py', *words)
    assert done.status == 1 and done.err.startswith('error: ') and 'Traceback' not in done.err
    assert re.search(message_names(*named), done.err), done.err
    assert not (tmp_path / 'bad').exists()


def test_a_dry_run_prints_the_commands_of_all_cells(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    done = run_inside(capsys, monkeypatch, 'compare.py', 'classifier.py', 'pipeline.py', '--seeds', '0', '1',
                      '--lists', 'train', 'val', '--dry-run', '--work-dir', 'dry')
    assert done.status == 0 and re.findall(r'^### (.*)', done.out, re.M) == [
        'classifier, seed 0', 'pipeline, seed 0', 'classifier, seed 1', 'pipeline, seed 1']
    assert len(re.findall(r"train\.py'? classifier\.py", done.out)) == 4 and done.out.count('randomness.seed=1') >= 5
    assert not (folder / 'dry').exists()
    (folder / 'table.py').write_text("entries = [dict(config='classifier.py')]\n")
    for words, place in ((['table.py', 'segmentor.py'], 'table'), (['classifier.py', 'segmentor.py'], 'compare')):
        done = run_inside(capsys, monkeypatch, 'compare.py', *words, '--dry-run')
        assert f'--work-dir work_dirs/{place}/classifier/seed_0/training' in done.out
