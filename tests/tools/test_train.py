import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from message_names import message_names
from run_tool import TOOLS, run_inside, run_process
from tiny_run import write_tiny_run


@pytest.fixture(scope='module')
def trained(tmp_path_factory) -> tuple[Path, str]:
    """A training run in mixed precision, started as a user does, in folders with a space."""
    folder = tmp_path_factory.mktemp('a b')
    config = write_tiny_run(folder)
    outcome = run_process('train.py', config.name, '--amp', cwd=folder)
    assert outcome.status == 0, outcome.err
    return folder, outcome.out


def losses(log: str) -> list[float]:
    return [float(value) for value in re.findall(r'  loss: ([\d.]+)', log)]


def test_trains_into_the_default_work_dir(trained):
    folder, log = trained
    work_dir = folder / 'work_dirs' / 'tiny'
    assert {path.name for path in work_dir.glob('*.pth')} == {'epoch_1.pth', 'epoch_2.pth'}
    assert re.search(r'^ +seed: 0$', log, re.M)
    assert len(losses(log)) == 4 and losses(log)[-1] < losses(log)[0]
    assert re.search(r'mIoU: \d', log)
    dumped = (work_dir / 'tiny.py').read_text()
    assert 'randomness = dict(seed=0)' in dumped
    if not torch.cuda.is_available():
        assert "type='mmseg.BFloat16OptimWrapper'" in dumped


def test_watched_in_tensorboard(tmp_path):
    accumulators = pytest.importorskip('tensorboard.backend.event_processing.event_accumulator')
    config = write_tiny_run(tmp_path)
    outcome = run_process('train.py', config.name, '--vis', 'tensorboard', '--cfg-options', 'train_cfg.max_epochs=1',
                          cwd=tmp_path)
    assert outcome.status == 0, outcome.err
    event, = (tmp_path / 'work_dirs' / 'tiny').rglob('events.*')
    events = accumulators.EventAccumulator(str(event)).Reload()
    written = [point.value for point in events.Scalars('loss')]
    assert written == pytest.approx(losses(outcome.out), abs=1e-3) and len(written) == 2


def test_a_resumed_run_ends_as_an_uninterrupted_one(tmp_path, capsys, monkeypatch):
    config = write_tiny_run(tmp_path)
    monkeypatch.chdir(tmp_path)
    at_once = run_inside(capsys, monkeypatch, 'train.py', config, '--work-dir', 'whole')
    first = run_inside(capsys, monkeypatch, 'train.py', config, '--work-dir', 'moved', '--resume',
                       '--cfg-options', 'train_cfg.max_epochs=1')
    assert re.search(r'\bmoved\b.*checkpoint', first.out) and not re.search('(?i)resum.*epoch_', first.out)
    Path('moved').rename('parts')  # the note of the last checkpoint is wrong now
    second = run_inside(capsys, monkeypatch, 'train.py', config, '--work-dir', 'parts', '--resume')
    assert (at_once.status, first.status, second.status) == (0, 0, 0)
    assert re.search('(?i)resum.*parts/epoch_1.pth', second.out) and 'resumed epoch: 1, iter: 2' in second.out
    expected, got = (torch.load(f'{name}/epoch_2.pth', weights_only=False) for name in ('whole', 'parts'))
    assert expected['meta']['iter'] == got['meta']['iter'] == 4
    for name, value in expected['state_dict'].items():
        assert torch.equal(got['state_dict'][name], value), name
    momentum = [file['optimizer']['state'][0]['momentum_buffer'] for file in (expected, got)]
    assert torch.equal(*momentum)


def test_load_from_initialises_and_with_resume_names_the_checkpoint(trained, capsys, monkeypatch):
    folder, _ = trained
    monkeypatch.chdir(folder)
    first = folder / 'work_dirs' / 'tiny' / 'epoch_1.pth'
    options = ('--cfg-options', f'load_from={first}', 'train_cfg.max_epochs=2')
    begun = run_inside(capsys, monkeypatch, 'train.py', 'tiny.py', '--work-dir', 'begun', *options)
    assert begun.status == 0 and 'resumed' not in begun.out and len(losses(begun.out)) == 4
    resumed = run_inside(
        capsys, monkeypatch, 'train.py', 'tiny.py', '--work-dir', 'begun', '--resume', *options)
    assert re.search(f'(?i)resum.*{first}', resumed.out) and len(losses(resumed.out)) == 2


def test_other_models_checkpoint_is_not_resumed(trained, capsys, monkeypatch):
    folder, _ = trained
    monkeypatch.chdir(folder)
    outcome = run_inside(capsys, monkeypatch, 'train.py', 'tiny.py', '--resume', '--cfg-options',
                         'model.decode_head.channels=4')
    assert outcome.status == 1
    assert re.search(message_names('decode_head.conv_seg.weight', '2x8x1x1', '2x4x1x1'), outcome.err)


@pytest.mark.parametrize('args, named', [
    (('none.py', ), ['none.py']),
    (('.', ), ['config']),
    (('broken.py', ), ['broken.py', 'NameError: ']),
    (('orphan.py', ), ['orphan.py', 'FileNotFoundError: ']),
    (('tiny.py', '--cfg-options', 'data_root.x=3'), ['--cfg-options', 'data_root.x=3']),
    (('tiny.py', '--cfg-options', 'train_dataloader=None'), ['tiny.py', 'train_dataloader']),
    (('tiny.py', '--cfg-options', 'load_from=none.pth'), ['none.pth']),
    (('tiny.py', '--cfg-options', 'load_from=weights.pth', '--resume'), ['weights.pth', 'resume']),
    (('tiny.py', '--cfg-options', 'load_from=weights.pth', 'work_dir=w'), ['load_from', 'weights.pth']),
    (('tiny.py', '--cfg-options', 'val_dataloader.dataset.data_root=/none'),
     ['val', 'BaseSegDataset', '/none/images', '/none/masks']),
    (('tiny.py', '--amp', '--cfg-options', 'optim_wrapper.type=ApexOptimWrapper'), ['--amp', 'ApexOptimWrapper']),
    (('tiny.py', '--work-dir', 'tiny.py'), ['folder', 'tiny.py']),
    (('tiny.py', '--cfg-options', 'train_dataloader.batch_size=16', 'train_dataloader.drop_last=True', 'work_dir=w'),
     ['batch_size=16', 'drop_last', '8 images']),
    (('tiny.py', '--cfg-options', 'train_cfg.max_epochs=0', 'work_dir=w'), ['train_cfg.max_epochs', '0']),
    (('tiny.py', '--cfg-options', 'model.decode_head.num_classes=1'), ['model.decode_head.num_classes=2']),
    (('tiny.py', '--cfg-options', 'model.decode_head.num_classes=3'), ['model.decode_head.num_classes=2']),
    (('tiny.py', '--cfg-options', 'randomness.seed=-1'), ['randomness.seed', 'tiny.py', '-1']),
    (('tiny.py', '--cfg-options', 'max_epochs=7'), ['max_epochs', 'train_cfg.max_epochs']),
    (('tiny.py', '--cfg-options', "val_dataloader.dataset.metainfo.classes=square,background"),
     ['train', 'val', 'square, background']),
    (('tiny.py', '--launcher', 'slurm'), ['--launcher', 'SLURM_PROCID']),
])
def test_mistakes_end_with_one_message(args, named, tmp_path, capsys, monkeypatch):
    write_tiny_run(tmp_path)
    monkeypatch.chdir(tmp_path)
    Path('broken.py').write_text('a = b')
    Path('orphan.py').write_text("_base_ = 'parent.py'")
    torch.save(dict(state_dict=dict(a=torch.ones(1))), 'weights.pth')
    for name in ('SLURM_PROCID', 'SLURM_LOCALID', 'SLURM_NTASKS'):
        monkeypatch.delenv(name, raising=False)
    outcome = run_inside(capsys, monkeypatch, 'train.py', *args)
    assert outcome.status == 1
    assert outcome.err.startswith('error: ') and 'Traceback' not in outcome.err
    assert re.search(message_names(*named), outcome.err)
    assert not Path('work_dirs').exists() or '--launcher' in args  # no files are left


def test_malformed_options_show_the_usage(capsys, monkeypatch):
    outcome = run_inside(capsys, monkeypatch, 'train.py', 'a.py', '--cfg-options', 'lr')
    assert outcome.status == 2 and re.search(message_names('KEY=VALUE', 'lr'), outcome.err)


def test_help_has_examples(capsys, monkeypatch):
    outcome = run_inside(capsys, monkeypatch, 'train.py', '--help')
    assert outcome.status == 0
    for text in ('--work-dir', '--resume', '--amp', '--cfg-options', '--launcher', '--local_rank',
                 'python tools/train.py configs/vwe_hspp_r50_voc.py --resume'):
        assert text in outcome.out


def test_missing_voc_ends_at_once(repo, tmp_path):
    """Checks run before a network is built, a download begins or a worker starts."""
    outcome = run_process('train.py', repo / 'configs' / 'vwe_hspp_r50_voc.py', cwd=tmp_path)
    assert outcome.status == 1
    errors = [line for line in outcome.err.splitlines() if line.startswith('error: ')]
    assert len(errors) == 1 and 'data/VOCdevkit/VOC2012' in errors[0]
    assert 'Traceback' not in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_full_disk_ends_with_one_message(tmp_path, capsys, monkeypatch):
    config = write_tiny_run(tmp_path)
    monkeypatch.chdir(tmp_path)
    Path('work').mkdir()
    Path('work/epoch_2.pth').symlink_to('/dev/full')
    outcome = run_inside(capsys, monkeypatch, 'train.py', config, '--work-dir', 'work')
    assert outcome.status == 1
    line = outcome.err.splitlines()[-1]
    assert line.startswith('error: No space left on device') and 'work/epoch_1.pth' in line
    assert '--resume' in line


def test_interruption_tells_how_to_resume(tmp_path):
    config = write_tiny_run(tmp_path)
    command = [sys.executable, TOOLS / 'train.py', config.name, '--cfg-options',
               'train_cfg.max_epochs=100000', 'train_cfg.val_interval=100000',
               'train_dataloader.num_workers=1', 'train_dataloader.persistent_workers=True',
               'default_hooks.checkpoint.max_keep_ckpts=2']
    # Tests in the background ignore SIGINT, and the tool would inherit this.
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               text=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    try:
        deadline = time.monotonic() + 300
        while not (tmp_path / 'work_dirs' / 'tiny' / 'last_checkpoint').exists():
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 130
    assert re.search(r'^Interrupted\..*epoch_\d+\.pth.*--resume', errors, re.M)
    # A data loader's worker may print a traceback about its lost connection. It has no frame
    # of the tool, unlike a traceback of the interruption itself.
    assert 'KeyboardInterrupt' not in errors and 'train.py", line' not in errors, errors


def test_two_processes_on_a_cpu(trained, monkeypatch):
    """Training and testing in several processes gives the metrics of one process."""
    folder, _ = trained
    monkeypatch.setenv('CUDA_VISIBLE_DEVICES', '-1')
    two = run_process('dist_train.sh', 'tiny.py', 2, '--work-dir', 'two by two', cwd=folder)
    assert two.status == 0, two.err
    assert (folder / 'two by two' / 'epoch_2.pth').exists()
    assert len(losses(two.out)) == 2  # one batch of 4 in each process an epoch; rank 0 logs
    checkpoint = str(folder / 'two by two' / 'epoch_2.pth')
    one = run_process('test.py', 'tiny.py', checkpoint, '--work-dir', 'one', cwd=folder)
    shards = run_process('dist_test.sh', 'tiny.py', checkpoint, 2, '--work-dir', 'shards', '--cfg-options',
                         'test_dataloader.num_workers=1', cwd=folder, PORT='29877')
    assert one.status == shards.status == 0, shards.err
    results = [re.findall(r'aAcc: [\d.]+  mIoU: [\d.]+  mAcc: [\d.]+', text.out) for text in (one, shards)]
    assert results[0] == results[1] and len(results[0]) == 1


def test_mistake_under_a_launcher_is_told_once(tmp_path):
    outcome = run_process('dist_train.sh', 'no such.py', 2, cwd=tmp_path)
    assert outcome.status != 0
    assert len(re.findall(r'error: .*\bno such\.py', outcome.err)) == 1


@pytest.mark.parametrize('script, args, message', [
    ('dist_train.sh', ('tiny.py', ), 'bash tools/dist_train.sh CONFIG GPUS [options of train.py]'),
    ('dist_test.sh', ('tiny.py', 'a.pth'), 'bash tools/dist_test.sh CONFIG CHECKPOINT GPUS'),
    ('slurm_train.sh', ('gpu', 'job'), 'bash tools/slurm_train.sh PARTITION JOB_NAME CONFIG'),
    ('slurm_test.sh', ('gpu', 'job', 'c'), 'bash tools/slurm_test.sh PARTITION JOB_NAME CONFIG CHECKPOINT'),
    ('dist_train.sh', ('tiny.py', '--amp'), "'--amp'"),
    ('dist_test.sh', ('tiny.py', 'a.pth', '0'), "'0'"),
])
def test_scripts_explain_their_arguments(script, args, message, tmp_path):
    outcome = run_process(script, *args, cwd=tmp_path)
    assert outcome.status == 2 and message in outcome.err


def test_several_machines_need_an_address(tmp_path):
    outcome = run_process('dist_train.sh', 'tiny.py', 2, cwd=tmp_path, NNODES='2')
    assert outcome.status == 2 and 'MASTER_ADDR' in outcome.err


SRUN = """#!/usr/bin/env bash
# A Slurm of one task: notes its own options, then runs the command as srun does.
while [[ $1 == --* ]]; do echo "$1" >> options; shift; done
export SLURM_PROCID=0 SLURM_LOCALID=0 SLURM_NTASKS=1 SLURM_NNODES=1 SLURM_NODELIST=here
exec "$@"
"""


def test_slurm_scripts(trained, tmp_path, monkeypatch):
    folder, _ = trained
    shutil.copytree(folder / 'data', tmp_path / 'data')
    (tmp_path / 'bin').mkdir()
    (tmp_path / 'bin' / 'srun').write_text(SRUN)
    (tmp_path / 'bin' / 'srun').chmod(0o755)
    monkeypatch.setenv('PATH', str(tmp_path / 'bin'), prepend=':')
    monkeypatch.setenv('CUDA_VISIBLE_DEVICES', '-1')
    config = folder / 'tiny.py'
    outcome = run_process('slurm_train.sh', 'gpu', 'my job', config, '--work-dir', 'w d', cwd=tmp_path,
                          GPUS='2', GPUS_PER_NODE='8', SRUN_ARGS='--time=1:00 --quiet')
    assert outcome.status == 0, outcome.err
    assert (tmp_path / 'w d' / 'epoch_2.pth').exists()
    assert 'Distributed launcher: slurm' in outcome.out
    assert (tmp_path / 'options').read_text().splitlines() == [
        '--partition=gpu', '--job-name=my job', '--ntasks=2', '--cpus-per-task=5', '--gres=gpu:2',
        '--ntasks-per-node=2', '--kill-on-bad-exit=1', '--time=1:00', '--quiet']


def test_missing_initial_weights_end_before_training(tmp_path, capsys, monkeypatch):
    config = write_tiny_run(tmp_path)
    monkeypatch.chdir(tmp_path)
    init_cfg = 'model.backbone.init_cfg'
    outcome = run_inside(capsys, monkeypatch, 'train.py', config, '--cfg-options', f'{init_cfg}.type=Pretrained',
                         f'{init_cfg}.checkpoint=gone.pth')
    assert outcome.status == 1 and outcome.err.startswith('error: ')
    assert f'{init_cfg}.checkpoint' in outcome.err and 'gone.pth' in outcome.err


def test_initial_weights_are_read_safely(tmp_path, capsys, monkeypatch):
    config = write_tiny_run(tmp_path)
    monkeypatch.chdir(tmp_path)
    torch.save(dict(state_dict=dict(weight=torch.ones(1)), path=Path('a')), 'unsafe.pth')
    outcome = run_inside(capsys, monkeypatch, 'train.py', config, '--cfg-options',
                         'model.backbone.init_cfg.type=Pretrained', 'model.backbone.init_cfg.checkpoint=unsafe.pth')
    assert outcome.status == 1 and re.search(r'^error: .*unsafe\.pth.*pathlib', outcome.err, re.M)
