"""A whole pipeline on tiny images: undisturbed, killed in every stage, with changed inputs and damaged outputs."""
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from browser import run_in_page
from message_names import message_names
from PIL import Image
from reference_network import REPO
from run_tool import run_inside, run_process
from tiny_pipeline import write_tiny_pipeline

from mmwsss.pipeline import Launcher, read_plan, run_pipeline

STAGES = ['classifier', 'cams', 'cam_quality', 'ir_labels', 'ir_label_quality', 'irnet', 'walk', 'pseudo_labels',
          'pseudo_label_quality', 'segmentor', 'evaluation', 'crf', 'report']


OPENED: list[Counter] = []  # counters of the files that this process opens


def count_opened(event: str, arguments: tuple) -> None:
    """An audit hook, which cannot be removed."""
    if event == 'open':
        for counter in OPENED:
            counter[os.path.abspath(str(arguments[0]))] += 1


sys.addaudithook(count_opened)


@pytest.fixture(scope='module')
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp('pipeline with space')
    write_tiny_pipeline(folder)
    return folder


@pytest.fixture(scope='module')
def finished(folder) -> Path:
    """The work dir of an undisturbed run."""
    done = run_process('run_pipeline.py', 'pipeline.py', '--work-dir', 'undisturbed', cwd=folder)
    assert done.status == 0, done.err[-3000:]
    assert 'pseudo_labels' in done.out and 'mIoU' in done.out
    return folder / 'undisturbed'


def contents(folder: Path, suffix: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob(f'*{suffix}'))}


def test_the_table(finished):
    rows = json.loads((finished / 'table.json').read_text())
    assert [row['stage'] for row in rows] == STAGES and {row['state'] for row in rows} == {'done'}
    assert all(row['seconds'] > 0 and row['peak_megabytes'] > 50 and row['disk_megabytes'] >= 0 for row in rows)
    curve = json.loads((finished / 'walk' / 'walk_curve.json').read_text())
    assert rows[6]['metrics']['mIoU'] == curve['best']['mIoU']
    assert f"mIoU {curve['best']['mIoU']:.2f}" in (finished / 'table.md').read_text()
    labels = json.loads((finished / 'pseudo_labels' / 'made_from.json').read_text())
    assert labels['model']['test_cfg']['bg_thr'] == curve['best']['thr']


def test_the_report(finished):
    page = (finished / 'report' / 'report.html').read_text()
    assert page.count('data:image/svg+xml') == 3 + 2 + 1  # trainings, threshold curves, classes
    assert page.count('<td class="name"') == 6 and page.count('data:image/png') == 6 * 5  # labels, boundaries
    assert page.count('data:image/jpeg') == 6 * 2 and 'http' not in page
    rows = json.loads((finished / 'table.json').read_text())
    for stage in ('walk', 'pseudo_label_quality', 'evaluation', 'crf'):
        metrics = next(row['metrics'] for row in rows if row['stage'] == stage)
        value = next(value for name, value in metrics.items() if name.endswith('mIoU'))
        assert f'mIoU {value:.2f}' in page


def test_the_report_follows_the_threshold(finished):
    found = run_in_page(finished / 'report' / 'report.html', '''
        const seen = {};
        for (const option of [...find('scores').options]) {
          set('scores', option.value, 'change');
          const start = text('threshold-value');
          seen[option.text] = [start, ...[0, 13, 40, 77, 99].map(step => {
            move(step);
            return [step, text('all-iou'), text('all-foreground')];
          })];
        }
        return { seen, images: document.querySelectorAll('td.mask canvas').length,
                 pairs: [...find('order').options].map(entry => entry.text) };''')
    assert found['images'] == 6 and list(found['seen']) == ['cams', 'walk']
    assert found['pairs'][1:3] == ['most disagreement of walk and pseudo labels',
                                   'most disagreement of pseudo labels and prediction']
    for title, path in (('cams', 'cam_quality/cam_curve.json'), ('walk', 'walk/walk_curve.json')):
        curve = json.loads((finished / path).read_text())
        start, *seen = found['seen'][title]
        assert start == f"{curve['best']['thr']:.2f}"
        pixels = curve['score_histogram']['pixels']
        for step, iou, foreground in seen:
            assert iou == f"{curve['mIoU'][step]:.2f} % of 6 images"
            share = 100 * sum(pixels[step + 1:]) / sum(pixels)
            assert abs(float(foreground.split()[0]) - share) <= 0.0501 and foreground.endswith('of 6 images')


def test_a_figure_of_chosen_images(finished, folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    command = ('make_report.py', 'pipeline.py', '--work-dir', 'undisturbed', '--figure')
    names = ('--names', '2007_000003', '2007_000001')
    done = run_inside(capsys, monkeypatch, *command, 'stages.png', *names, '--columns', 'image', 'cams')
    assert done.status == 0, done.err
    width, height = Image.open('stages.png').size
    assert 2 * 64 <= width < 3 * 64 and 2 * 48 <= height < 4 * 48  # two images of 48 x 64 in two versions, titles
    for arguments, named in (
            (['stages.gif', *names], ['stages.gif', '.svg']), (['a.png', '--images', '0'], ['--images', 0]),
            (['a.png', '--names', 'nobody'], ['nobody', 6]), (['a.png', '--columns', 'dreams'], ['dreams', 'cams'])):
        done = run_inside(capsys, monkeypatch, *command, *arguments)
        assert done.status == 1 and re.search(message_names(*named), done.err), done.err
    assert not Path('a.png').exists()


def test_nothing_runs_twice(finished, folder):
    stamps = {path: path.stat().st_mtime_ns for path in finished.rglob('*.p[nt][gh]')}
    done = run_process('run_pipeline.py', 'pipeline.py', '--work-dir', 'undisturbed', cwd=folder)
    assert done.status == 0 and done.out.count(': done (') == len(STAGES) and 'starts' not in done.out
    assert {path: path.stat().st_mtime_ns for path in finished.rglob('*.p[nt][gh]')} == stamps


def test_every_output_is_read_once_a_run(finished, folder, monkeypatch):
    monkeypatch.chdir(folder)
    opened = Counter()
    OPENED.append(opened)
    try:
        run_pipeline(read_plan('pipeline.py', 'undisturbed'), Launcher(REPO / 'tools'))
    finally:
        OPENED.remove(opened)
    files = [*finished.glob('cams/*.npz'), *finished.glob('*labels/*.png'), *finished.glob('*/epoch_2.pth'),
             *finished.glob('*/iter_4.pth')]
    assert len(files) == 3 * 6 + 3 and {opened[str(path)] for path in files} == {1}


def begun(work: Path, stage: str) -> bool:
    """Whether a stage has done a part of its work: a checkpoint, a file, or as little as a line of its log."""
    pattern = dict(classifier='classifier/last_checkpoint', irnet='irnet/last_checkpoint',
                   segmentor='segmentor/last_checkpoint', cams='cams/*.npz',
                   ir_labels='ir_labels/*.png', pseudo_labels='pseudo_labels/*.png').get(stage, f'logs/{stage}.log')
    return any(path.stat().st_size for path in work.glob(pattern))


@pytest.mark.parametrize('stages', [
    ['classifier', 'ir_labels'], pytest.param(STAGES, marks=pytest.mark.slow, id='every stage')])
def test_kill_9(finished, folder, stages):
    work, last = folder / f'killed_{len(stages)}', STAGES.index(stages[-1])
    command = [sys.executable, str(REPO / 'tools' / 'run_pipeline.py'), 'pipeline.py', '--work-dir', work.name]
    environment = dict(os.environ, OMP_NUM_THREADS='1')
    interrupted = set()
    for stage in stages:
        run = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        while not begun(work, stage) and run.poll() is None:
            time.sleep(0.01)
        for process in map(int, (work / 'lock').read_text().split()):
            # a stage leads a group of its own; the pipeline is not killed together with this test
            kill = os.kill if process == run.pid else os.killpg
            with contextlib.suppress(ProcessLookupError):  # a stage of a second may be faster than this test
                kill(process, signal.SIGKILL)
        run.wait()
        if json.loads((work / 'records' / f'{stage}.json').read_text())['state'] == 'running':
            interrupted.add(stage)
    assert {'classifier', 'ir_labels', 'irnet', 'segmentor'} & set(stages) <= interrupted
    assert len(interrupted) >= len(stages) / 2
    before = {path: path.stat().st_mtime_ns for path in (work / 'records').glob('*.json')}
    done = run_process('run_pipeline.py', 'pipeline.py', '--work-dir', work.name, cwd=folder)
    assert done.status == 0, done.err[-3000:]
    assert done.out.count(': done (') >= last
    assert not [stage for stage in STAGES[:last + 1] if f'{stage}: starts' in done.out]
    assert {path for path, stamp in before.items() if path.stat().st_mtime_ns != stamp} <= {
        work / 'records' / f'{stages[-1]}.json'}
    for network in {'classifier', 'irnet', 'segmentor'} & set(stages):  # went on from the first of two checkpoints
        assert 'Resuming from' in (work / 'logs' / f'{network}.log').read_text()
    # from one checkpoint the stages that write files write the same ones
    writers = dict(cams='.npz', ir_labels='.png', pseudo_labels='.png')
    written = {name: contents(work / name, suffix) for name, suffix in writers.items()}
    done = run_process('run_pipeline.py', 'pipeline.py', '--work-dir', work.name, '--redo', *writers, cwd=folder)
    assert done.status == 0, done.err[-3000:]
    for name, suffix in writers.items():
        assert len(written[name]) == 6 and not list((work / f'{name}_old_1').glob('.*'))
        assert contents(work / name, suffix) == written[name]


def test_two_processes_write_and_measure_the_same(finished, folder):
    work = copy_of(finished, 'two')
    stages = ['cams', 'cam_quality', 'ir_labels', 'walk', 'pseudo_labels', 'evaluation', 'crf']
    done = run_process('run_pipeline.py', 'pipeline.py', '--work-dir', work.name, '--gpus', '2', '--redo', *stages,
                       cwd=folder)
    assert done.status == 0, done.err[-3000:]
    assert done.out.count(': done (') >= 4 and done.out.count('runs again, as asked') == len(stages)
    for name, suffix in dict(cams='.npz', ir_labels='.png', pseudo_labels='.png').items():
        assert contents(work / name, suffix) == contents(finished / name, suffix)
    one, two = (json.loads((folder / 'table.json').read_text()) for folder in (finished, work))
    assert [row['metrics'] for row in one] == [row['metrics'] for row in two]


@pytest.mark.slow
def test_every_stage_runs_in_two_processes(folder):
    done = run_process('run_pipeline.py', 'pipeline.py', '--work-dir', 'all in two', '--gpus', '2', cwd=folder)
    assert done.status == 0, done.err[-3000:]
    rows = json.loads((folder / 'all in two' / 'table.json').read_text())
    assert [row['stage'] for row in rows] == STAGES
    assert {row['stage'] for row in rows if re.search(r"dist_run\.sh'? 2", row['command'])} == {
        'classifier', 'cams', 'irnet', 'walk', 'pseudo_labels', 'segmentor', 'evaluation', 'crf'}


def test_sigterm_ends_the_stage_too(folder):
    work = folder / 'terminated'
    command = [sys.executable, str(REPO / 'tools' / 'run_pipeline.py'), 'pipeline.py', '--work-dir', work.name]
    run = subprocess.Popen(command, cwd=folder, env=dict(os.environ, OMP_NUM_THREADS='1'), stderr=subprocess.PIPE,
                           stdout=subprocess.DEVNULL, text=True)
    log = work / 'logs' / 'classifier.log'
    while not (log.is_file() and log.stat().st_size):
        assert run.poll() is None
        time.sleep(0.05)
    run.send_signal(signal.SIGTERM)
    assert 'Interrupted' in run.communicate(timeout=60)[1] and run.returncode == 130
    stage = int((work / 'lock').read_text().split()[1])
    with pytest.raises(ProcessLookupError):
        os.killpg(stage, 0)


def copy_of(finished: Path, name: str) -> Path:
    return shutil.copytree(finished, finished.with_name(name))


def test_damaged_output_is_named_with_the_remedy(finished, folder):
    work = copy_of(finished, 'damaged')
    path = sorted((work / 'ir_labels').glob('*.png'))[2]
    path.unlink()
    done = run_process('run_pipeline.py', 'pipeline.py', '--work-dir', work.name, cwd=folder)
    assert done.status == 1 and 'damaged/ir_labels' in done.err and '(6 files' in done.err
    assert 'now: 5 files' in done.err and '--redo ir_labels' in done.err and 'Traceback' not in done.err
    done = run_process('run_pipeline.py', 'pipeline.py', '--work-dir', work.name, '--redo', 'ir_labels', cwd=folder)
    assert done.status == 0, done.err[-3000:]
    assert done.out.count(': done (') == len(STAGES) - 1  # the same labels again, so nothing behind them changes
    assert contents(work / 'ir_labels', '.png') == contents(finished / 'ir_labels', '.png')


def test_a_work_dir_to_reuse_that_is_not_there(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    done = run_inside(capsys, monkeypatch, 'run_pipeline.py', 'pipeline.py', '--dry-run', '--reuse', 'data', 'dta')
    assert done.status == 1 and re.search(message_names('--reuse', 'dta'), done.err) and 'data' not in done.err


def test_changed_settings_redo_what_depends_on_them(finished, folder):
    work = copy_of(finished, 'changed')
    irnet = (folder / 'irnet.py').read_text()
    try:
        (folder / 'irnet.py').write_text(irnet + "optim_wrapper = dict(optimizer=dict(lr=0.01))\n")
        done = run_process('run_pipeline.py', 'pipeline.py', '--work-dir', work.name, '--to', 'irnet', cwd=folder)
    finally:
        (folder / 'irnet.py').write_text(irnet)
    assert done.status == 0, done.err[-3000:]
    assert done.out.count(': done (') == 5  # up to the quality of the IR labels
    assert 'irnet: runs again, changed: config' in done.out and (work / 'irnet_old_1' / 'epoch_2.pth').is_file()


def test_foreign_work_dir_and_foreign_files(finished, folder):
    (folder / 'other').mkdir()
    shutil.copy(folder / 'pipeline.py', folder / 'other')
    shutil.copy(folder / 'classifier.py', folder / 'other' / 'classifier2.py')
    for name in ('irnet.py', 'segmentor.py'):
        shutil.copy(folder / name, folder / 'other')
    config = folder / 'other' / 'pipeline.py'
    config.write_text(config.read_text().replace("'classifier.py'", "'classifier2.py'"))
    done = run_process('run_pipeline.py', config, '--work-dir', 'undisturbed', cwd=folder)
    assert done.status == 1
    assert 'undisturbed' in done.err and 'classifier: classifier.py, here: classifier2.py' in done.err
    (folder / 'full' / 'classifier').mkdir(parents=True)
    (folder / 'full' / 'classifier' / 'epoch_2.pth').touch()
    done = run_process('run_pipeline.py', 'pipeline.py', '--work-dir', 'full', cwd=folder)
    assert done.status == 1 and 'full/classifier' in done.err and '--redo classifier' in done.err


def test_a_failing_stage_shows_why(folder):
    work = folder / 'failing'
    data = folder / 'data' / 'JPEGImages' / '2007_000003.jpg'
    content = data.read_bytes()
    data.write_bytes(content[:200])
    try:
        done = run_process('run_pipeline.py', 'pipeline.py', '--work-dir', work.name, cwd=folder)
    finally:
        data.write_bytes(content)
    assert done.status == 1 and 'stage classifier' in done.err
    assert '2007_000003.jpg' in done.err and 'Traceback' not in done.err


def test_from_needs_what_precedes(folder):
    done = run_process('run_pipeline.py', 'pipeline.py', '--work-dir', 'nothing', '--from', 'irnet', cwd=folder)
    assert done.status == 1 and 'classifier' in done.err and '--from' in done.err
