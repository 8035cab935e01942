"""The start of a tool: help and argument errors, without loading PyTorch."""
import re
import subprocess
import sys

import pytest
from run_tool import TOOLS

# MMSegmentation's own release loads PyTorch with its registries, the maintained fork does not.
TRACE = 'import sys, runpy, mmseg.registry; before = set(sys.modules)\n' \
    'sys.argv = sys.argv[1:]; sys.path[0] = {folder!r}\n' \
    'try: runpy.run_path(sys.argv[0], run_name="__main__")\n' \
    'finally: print("HEAVY", [name for name in ("torch", "mmcv", "mmseg.models") if name in set(sys.modules) - before])'


def run_traced(tool: str, *args: str) -> subprocess.CompletedProcess:
    path = TOOLS / tool
    return subprocess.run([sys.executable, '-c', TRACE.format(folder=str(path.parent)), str(path), *args],
                          capture_output=True, text=True)


FOLDERS = ('', 'analysis_tools', 'dataset_converters', 'model_converters')


@pytest.mark.parametrize('tool', [path.relative_to(TOOLS).as_posix() for folder in FOLDERS
                                  for path in sorted((TOOLS / folder).glob('[!_]*.py'))
                                  if '__main__' in path.read_text()])  # voc_layout.py is no tool
def test_help_loads_no_torch(tool):
    done = run_traced(tool, '--help')
    assert done.returncode == 0, done.stderr
    assert 'usage: ' in done.stdout and done.stdout.endswith('HEAVY []\n')
    assert not re.search(r'^  (?:python|bash) .*\S  +--', done.stdout, re.M)  # a backslash that Python took for its own


@pytest.mark.parametrize('tool, args', [
    ('train.py', []), ('test.py', ['x.pth']), ('infer.py', ['x.pth', 'x.jpg']), ('make_cams.py', ['x.pth']),
    ('evaluate_labels.py', ['--labels', 'x'])])
def test_missing_config_is_told_without_torch(tool, args):
    done = run_traced(tool, 'nope.py', *args)
    assert done.returncode == 1 and done.stdout == 'HEAVY []\n'
    assert done.stderr.startswith('error: ') and 'nope.py' in done.stderr and done.stderr.count('\n') == 1


def test_configs_of_the_package_by_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run_traced('run_pipeline.py', 'mmwsss::mini/pipeline_mini', '--dry-run')
    assert done.returncode == 0 and 'make_report.py' in done.stdout and 'pipeline_mini.py' in done.stdout, done.stderr
    done = run_traced('train.py', 'mmwsss::mini/nope.py')
    assert done.returncode == 1 and done.stdout == 'HEAVY []\n'
    assert done.stderr.startswith('error: ') and 'mini/nope.py' in done.stderr and done.stderr.count('\n') == 1


def test_option_without_value_is_told_without_torch():
    done = run_traced('train.py', 'nope.py', '--cfg-options', 'seed')
    assert done.returncode == 2 and done.stdout == 'HEAVY []\n'
    assert 'KEY=VALUE' in done.stderr


@pytest.mark.parametrize('name', ['pipeline_voc.py', 'voc6/pipeline_voc6.py', 'mini/pipeline_mini.py'])
def test_dry_run_loads_no_torch(name, monkeypatch):
    monkeypatch.delenv('MMWSSS_VOC6', raising=False)  # MMEngine loads torch to log that a config reads it
    done = run_traced('run_pipeline.py', str(TOOLS.parent / 'configs' / name), '--dry-run')
    assert done.returncode == 0, done.stderr
    assert 'make_report.py' in done.stdout and done.stdout.endswith('HEAVY []\n')


@pytest.mark.parametrize('args, named', [
    ([str(TOOLS.parent / 'configs/mini/compare_mini.py'), '--dry-run'], None), (['nope.py'], 'nope.py'),
    ([str(TOOLS.parent / 'configs/mini/compare_mini.py'), '--jobs', '0'], '--jobs')])
def test_a_comparison_answers_without_torch(args, named):
    done = run_traced('compare.py', *args)
    assert done.stdout.endswith('HEAVY []\n') and done.returncode == (named is not None), done.stderr
    assert named in done.stderr and done.stderr.count('\n') == 1 if named else done.stdout.count('train.py') == 7


@pytest.mark.parametrize('tool', ['run_pipeline.py', 'compare.py'])
def test_systems_without_locks_are_told(tool):
    code = f'import sys, runpy; sys.modules["fcntl"] = None; sys.path.insert(0, {str(TOOLS)!r}); ' \
        'sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name="__main__")'
    done = subprocess.run([sys.executable, '-c', code, str(TOOLS / tool),
                           str(TOOLS.parent / 'configs/mini/pipeline_mini.py')], capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.startswith('error: ') and done.stderr.count('\n') == 1, done.stderr
    assert 'Linux' in done.stderr and 'train.py' in done.stderr
