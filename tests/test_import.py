import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from message_names import message_names
from packaging.requirements import Requirement

from mmwsss import version

BLOCK = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in {packages!r}:
            raise ModuleNotFoundError(f'No module named {{name!r}}', name=name)
sys.meta_path.insert(0, Blocked())
"""


def run(code: str, repo: Path, *path: Path) -> subprocess.CompletedProcess:
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(map(str, (*path, repo))))
    return subprocess.run([sys.executable, '-c', code], env=environment, cwd=repo.parent,
                          capture_output=True, text=True, timeout=120)


def test_import_registers_in_mmseg_and_warns_of_nothing(repo):
    done = run("""
import sys, warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter('always')
    import mmwsss
from mmseg.registry import HOOKS, MODELS, OPTIM_WRAPPERS
found = [MODELS.get('HSPP'), HOOKS.get('FastInferenceHook'), OPTIM_WRAPPERS.get('BFloat16OptimWrapper')]
print('FOUND', [item.__module__ for item in found])
print('OURS', [str(w.message) for w in caught if 'mmwsss' in w.filename])
print('OPERATORS', [str(w.message) for w in caught if str(w.message).startswith('Fail to import')])
print('VERSION', mmwsss.__version__)
""", repo)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert ("FOUND ['mmwsss.models.necks.hspp', 'mmwsss.engine.hooks.fast_inference_hook', "
            "'mmwsss.engine.mixed_precision']") in lines
    assert 'OURS []' in lines and 'OPERATORS []' in lines
    assert f'VERSION {version.__version__}' in lines


@pytest.mark.parametrize('package, wanted', [
    ('mmpretrain', ['mmpretrain >= 1.2.0, < 2.0']), ('torch', ['torch >= 2.0, < 3'])])
def test_missing_package_is_named_alone(package, wanted, repo):
    done = run(BLOCK.format(packages=[package]) + 'import mmwsss', repo)
    assert done.returncode == 1
    message = done.stderr.splitlines()[-1]
    assert message.startswith('ImportError: ') and re.search(message_names('pip install', *wanted), message)
    assert message.count(' >= ') == 1


def test_all_missing_packages_are_named(repo):
    done = run(BLOCK.format(packages=['mmengine', 'mmseg']) + 'import mmwsss', repo)
    message = done.stderr.splitlines()[-1]
    assert re.search(message_names('mmengine >= 0.10.0, < 1.0', 'mmseg >= 1.2.0, < 2.0', '[onedl]'), message)


def test_old_version_and_broken_package_are_named(repo, tmp_path):
    for package, text in (('mmseg', "__version__ = '0.30.0'"),
                          ('mmpretrain', "assert False, 'MMCV==9 is used but incompatible'")):
        (tmp_path / package).mkdir()
        (tmp_path / package / '__init__.py').write_text(text)
    done = run('import mmwsss', repo, tmp_path)
    assert re.search(message_names('mmseg >= 1.2.0, < 2.0', '0.30.0', 'mmpretrain', 'MMCV==9 is used'),
                     done.stderr.splitlines()[-1])


@pytest.mark.parametrize('package', ['mmengine', 'mmseg'])
def test_tool_says_what_is_missing_without_traceback(package, repo, tmp_path):
    (tmp_path / 'sitecustomize.py').write_text(BLOCK.format(packages=[package]))
    done = subprocess.run([sys.executable, str(repo / 'tools' / 'train.py'), 'config.py'], cwd=tmp_path,
                          env=dict(os.environ, PYTHONPATH=str(tmp_path)), capture_output=True, text=True)
    assert done.returncode == 1
    assert 'Traceback' not in done.stderr
    assert re.search(f'^error: .*{package} >= ', done.stderr.splitlines()[-1])


@pytest.mark.parametrize('found, lowest, beyond, inside', [
    ('2.0.0rc4', '2.0.0rc4', '3.0', True), ('2.0.0rc3', '2.0.0rc4', '3.0', False),
    ('2.3.6', '2.0.0rc4', '3.0', True), ('3.0.0', '2.0.0rc4', '3.0', False),
    ('2.9.0+cu128', '2.0', '3', True), ('1.13.1', '2.0', '3', False), ('0.10.12', '0.10.0', '1.0', True),
])
def test_between(found, lowest, beyond, inside):
    assert version._between(found, lowest, beyond) is inside


def test_extras_bring_versions_that_are_accepted(repo, monkeypatch):
    monkeypatch.chdir(repo)
    kwargs = {}
    monkeypatch.setattr('setuptools.setup', lambda **given: kwargs.update(given))
    runpy.run_path('setup.py')
    assert kwargs['version'] == version.__version__
    assert 'mmwsss.datasets.transforms' in kwargs['packages']
    names = {'mmengine': 'mmengine', 'mmcv': 'mmcv', 'mmsegmentation': 'mmseg', 'mmpretrain': 'mmpretrain'}
    for extra, prefix in (('onedl', 'onedl-'), ('openmmlab', '')):
        wanted = {item.name: item for item in map(Requirement, kwargs['extras_require'][extra])}
        for distribution, package in names.items():
            lowest = [part.version for part in wanted[prefix + distribution].specifier
                      if part.operator == '>=']
            assert len(lowest) == 1 and version._between(lowest[0], *version.REQUIRED[package])
