"""setup_env.sh offline: the Python it finds, and its messages when it cannot install."""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from run_tool import TOOLS

BASE = Path(sys.base_prefix) / 'bin' / f'python{sys.version_info.major}.{sys.version_info.minor}'


@pytest.fixture
def clone(tmp_path) -> Path:
    """The parts of a fresh clone that setup_env.sh reads, in a folder with a space."""
    root = tmp_path / 'a b' / 'clone'
    (root / 'tools').mkdir(parents=True)
    shutil.copy(TOOLS / 'setup_env.sh', root / 'tools')
    shutil.copy(TOOLS.parent / 'setup.py', root)
    return root


def source(clone: Path, *extras: str, first_on_path: Path, **variables: str) -> subprocess.CompletedProcess:
    """Source the script from another folder, with only `first_on_path` and the system on PATH."""
    script = f'set -euo pipefail; . "{clone}/tools/setup_env.sh" {" ".join(extras)}; echo "PYTHON=$PYTHON"'
    environment = {name: value for name, value in os.environ.items()
                   if name not in ('VIRTUAL_ENV', 'PYTHON', 'PYTHONPATH') and not name.startswith('PIP_')}
    environment.update(PATH=f'{first_on_path}:/usr/bin:/bin', **variables)
    return subprocess.run(['bash', '-c', script], cwd=clone.parent.parent, env=environment,
                          capture_output=True, text=True, timeout=300)


def fake_python(folder: Path, text: str) -> Path:
    """A folder with fake programs for all names of Python."""
    folder.mkdir()
    for name in ('python', 'python3', *(f'python3.{minor}' for minor in range(10, 14))):
        (folder / name).write_text(f'#!/bin/sh\n{text}\n')
        (folder / name).chmod(0o755)
    return folder


def test_an_environment_that_serves_is_used(clone):
    done = source(clone, 'dev', first_on_path=Path(sys.executable).parent)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f'PYTHON={Path(sys.executable).parent}/python\n'
    assert done.stderr == '' and not (clone / '.venv').exists()


def test_a_failed_installation_is_told_and_completed_later(clone, tmp_path):
    """Without an index pip fails, and the incomplete .venv is not accepted."""
    base = tmp_path / 'base'
    base.mkdir()
    (base / 'python3').symlink_to(BASE)
    if subprocess.run([str(BASE), '-c', 'import torch'], capture_output=True).returncode == 0:
        pytest.skip('the base Python has PyTorch itself')
    for attempt in range(2):
        done = source(clone, first_on_path=base, PIP_NO_INDEX='1', PIP_CONFIG_FILE=os.devnull)
        assert done.returncode == 1
        assert re.search('^setup_env: .*pip', done.stderr, re.M)
        assert 'No matching distribution found for torch' in done.stderr
        assert (done.stderr.count('setup_env: ') > 2) is (attempt == 0)
        assert (clone / '.venv' / 'bin' / 'python').exists()
        assert not (clone / '.venv' / 'mmwsss-installed').exists()


def test_an_own_environment_is_used_and_refreshed_when_setup_py_changes(clone, tmp_path):
    """With a .venv that runs this environment's Python, but cannot install into it."""
    (clone / '.venv' / 'bin').mkdir(parents=True)
    python = clone / '.venv' / 'bin' / 'python'
    python.write_text(
        f'#!/bin/sh\nif [ "$1 $2 $3" = "-m pip install" ]; then exit 1; fi\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    old = fake_python(tmp_path / 'old', 'exit 1')
    first = source(clone, 'crf', 'demo', 'dev', first_on_path=old)
    assert (first.returncode, first.stdout, first.stderr) == (0, f'PYTHON={python}\n', '')
    mark = (clone / '.venv' / 'mmwsss-installed').read_text()
    second = source(clone, 'crf', 'demo', 'dev', first_on_path=old)
    assert (second.returncode, second.stdout, second.stderr) == (0, f'PYTHON={python}\n', '')
    with (clone / 'setup.py').open('a') as file:
        file.write('# changed')
    third = source(clone, 'dev', first_on_path=old)
    assert (third.returncode, third.stdout) == (0, f'PYTHON={python}\n')
    assert third.stderr.count('setup_env: ') == 3 and str(clone / '.venv') in third.stderr
    assert (clone / '.venv' / 'mmwsss-installed').read_text() == mark  # so the next call tries again


def test_an_own_environment_without_pip_is_kept(clone, tmp_path):
    python = clone / '.venv' / 'bin' / 'python'
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\n[ "$1" = -c ]\n')  # works, but has neither pip nor ensurepip nor our packages
    python.chmod(0o755)
    (clone / '.venv' / 'mine').touch()
    base = tmp_path / 'base'
    base.mkdir()
    (base / 'python3').symlink_to(BASE)
    done = source(clone, first_on_path=base, PIP_NO_INDEX='1', PIP_CONFIG_FILE=os.devnull)
    assert done.returncode == 1 and 'pip' in done.stderr and str(clone / '.venv') in done.stderr
    assert (clone / '.venv' / 'mine').exists()


@pytest.mark.parametrize('text, message', [
    ('exit 1', '3.10'),
    ('case "$2" in *ensurepip*|"") exit 1;; *) [ "$1" = -c ];; esac', 'venv'),
])
def test_without_a_python_to_build_on(text, message, clone, tmp_path):
    done = source(clone, first_on_path=fake_python(tmp_path / 'fakes', text))
    assert done.returncode == 1 and message in done.stderr
    assert not (clone / '.venv').exists()
