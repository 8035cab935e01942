import os
import re
import runpy
import subprocess
import sys
from contextlib import suppress
from importlib import metadata
from pathlib import Path

import pytest
from message_names import message_names
from packaging.requirements import Requirement

import mmwsss
from mmwsss import version

EXTRA = 'onedl'  # that brings what is installed here
for distribution in ('mmengine', 'mmsegmentation'):
    with suppress(metadata.PackageNotFoundError):
        metadata.version(distribution)
        EXTRA = 'openmmlab'
BLOCK = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name in {packages!r}:
            raise ModuleNotFoundError(f'No module named {{name!r}}', name=name)
sys.meta_path.insert(0, Blocked())
"""


def run(code: str, repo: Path, *path: Path) -> subprocess.CompletedProcess:
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(map(str, (*path, repo))))
    return subprocess.run([sys.executable, '-c', code], env=environment, cwd=repo.parent,
                          capture_output=True, text=True, timeout=120)


def fake_package(folder: Path, name: str, text: str) -> None:
    (folder / name).mkdir()
    (folder / name / '__init__.py').write_text(text)


def test_import_is_light_and_registers_in_mmseg(repo):
    done = run("""
import sys, warnings
import mmseg.registry  # OpenMMLab's own release loads MMCV here, which warns of its own modules
warnings.simplefilter('always')
before = set(sys.modules)
import mmwsss
print('HEAVY', [name for name in ('torch', 'mmcv', 'mmpretrain', 'mmseg.models') if name in set(sys.modules) - before])
from mmseg.registry import HOOKS, MODELS, OPTIM_WRAPPERS
found = [MODELS.get('HSPP'), HOOKS.get('FastInferenceHook'), OPTIM_WRAPPERS.get('BFloat16OptimWrapper')]
print('FOUND', [item.__module__ for item in found])
print('VERSION', mmwsss.__version__)
""", repo)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert 'HEAVY []' in lines
    assert ("FOUND ['mmwsss.models.necks.hspp', 'mmwsss.engine.hooks.fast_inference_hook', "
            "'mmwsss.engine.mixed_precision']") in lines
    assert f'VERSION {version.__version__}' in lines
    assert 'OneDL' not in done.stdout
    assert 'mmwsss' not in done.stderr and 'MultiScaleDeformable' not in done.stderr


@pytest.mark.parametrize('before', [
    'import mmwsss',
    'from mmseg.registry import MODELS; MODELS.get("EncoderDecoder"); import mmwsss',  # has read its locations
    'from mmengine.utils import import_modules_from_strings as load; load(["mmwsss"]); import mmwsss.models',
])
def test_components_are_found_from_every_registry(before, repo):
    done = run(f"""
{before}
import mmengine.registry, mmpretrain.registry
print(mmengine.registry.MODELS.get('mmseg.HSPP').__name__, mmpretrain.registry.MODELS.get('mmseg.HSPP').__name__,
      mmengine.registry.METRICS.get('mmseg.CAMIoUMetric').__name__,
      type(mmengine.registry.MODELS.build(dict(type='mmseg.GlobalMaxPooling'))).__name__)
""", repo)
    assert done.returncode == 0, done.stderr
    assert 'HSPP HSPP CAMIoUMetric GlobalMaxPooling' in done.stdout.splitlines()


def test_location_of_every_registry_that_we_register_in(repo):
    registries = {}
    for path in (repo / 'mmwsss').rglob('*.py'):
        text = path.read_text()
        for line in re.findall(r'^from mmseg\.registry import (.+)$', text, re.MULTILINE):
            for name in line.split(', '):
                if f'@{name}.register_module' in text:
                    registries.setdefault(name, set()).add('.'.join(path.relative_to(repo).with_suffix('').parts))
    assert registries.keys() == mmwsss.LOCATIONS.keys()
    for name, modules in registries.items():
        assert all(module.startswith(mmwsss.LOCATIONS[name]) for module in modules)


def test_subpackages_are_attributes():
    assert mmwsss.models.HSPP.__module__ == 'mmwsss.models.necks.hspp'
    with pytest.raises(AttributeError, match='no_such'):
        mmwsss.no_such  # noqa: B018


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
    assert re.search(message_names('mmengine >= 0.10.0, < 1.0', 'mmseg >= 1.2.0, < 2.0', f'[{EXTRA}]'), message)


def test_old_versions_are_named_without_an_import(repo, tmp_path):
    fake_package(tmp_path, 'mmseg', "__version__ = '0.30.0'\nassert False")
    fake_package(tmp_path, 'mmpretrain', 'from .version import __version__\nassert False')
    (tmp_path / 'mmpretrain' / 'version.py').write_text("__version__ = '3.1'")
    message = run('import mmwsss', repo, tmp_path).stderr.splitlines()[-1]
    assert re.search(message_names('mmseg >= 1.2.0, < 2.0', '0.30.0', 'mmpretrain', '3.1'), message)


@pytest.mark.parametrize('use', ['import mmwsss.upstream', 'import mmwsss; mmseg.registry.MODELS.get("HSPP")'])
def test_broken_package_is_named_when_it_is_imported(use, repo, tmp_path):
    fake_package(tmp_path, 'mmpretrain', "__version__ = '1.2.0'\nassert False, 'MMCV==9 is incompatible'")
    done = run(f'import mmseg.registry; {use}', repo, tmp_path)
    message = done.stderr.splitlines()[-1]
    assert message.startswith('ImportError: mmwsss needs mmpretrain >= 1.2.0, < 2.0 (')
    assert 'MMCV==9 is incompatible' in message


@pytest.mark.parametrize('extra, distribution', [('onedl', 'onedl_mmengine'), ('openmmlab', 'mmengine')])
def test_remedy_is_that_of_the_installed_distributions(extra, distribution, repo, tmp_path):
    if extra != EXTRA == 'openmmlab':
        pytest.skip("OpenMMLab's own releases are installed here")
    block = BLOCK.format(packages=['mmcv._ext'])
    (tmp_path / f'{distribution}-0.10.7.dist-info').mkdir()
    (tmp_path / f'{distribution}-0.10.7.dist-info' / 'METADATA').write_text(f'Name: {distribution}\nVersion: 0.10.7')
    fake_package(tmp_path, 'mmpretrain', "__version__ = '1.2.0'\nraise ModuleNotFoundError(name='mmcv._ext')")
    message = run(f'{block}import mmwsss.upstream', repo, tmp_path).stderr.splitlines()[-1]
    assert message.startswith('ImportError: mmwsss needs mmcv >= 2.0.0rc4, < 3.0 (')
    assert 'mmcv._ext' in message and f'[{extra}]' in message
    assert ('mim install' in message) == (extra == 'openmmlab')


@pytest.mark.parametrize('package', ['mmengine', 'mmseg', 'torch'])
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
