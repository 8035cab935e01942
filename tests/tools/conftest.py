"""Tiny data with a classifier, an IRNet, CAM files and IR labels."""
import re
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from reference_network import REPO
from run_tool import run_process
from tiny_refinement import CLASSES, CLASSIFIER, IRNET
from tiny_voc import write_tiny_voc


@pytest.fixture(scope='session')
def folder(tmp_path_factory) -> Path:
    """Six images, two configs, and a classifier and an IRNet with random weights."""
    folder = tmp_path_factory.mktemp('refinement with space')
    write_tiny_voc(folder / 'data', CLASSES, images=6)
    init_default_scope('mmseg')
    for name, text in (('classifier', CLASSIFIER), ('irnet', IRNET)):
        (folder / f'{name}.py').write_text(text)
        torch.manual_seed(3)
        model = MODELS.build(Config.fromfile(folder / f'{name}.py').model)
        torch.save(dict(state_dict=model.state_dict()), folder / f'{name}.pth')
    return folder


@pytest.fixture(scope='session')
def cams(folder) -> Path:
    """The CAM files of the tool."""
    done = run_process('make_cams.py', 'classifier.py', 'classifier.pth', '--out', 'cams', cwd=folder)
    assert done.status == 0, done.err[-2000:]
    assert re.search(r'\bcams: 6 images, 6\b', done.out)
    return folder / 'cams'


@pytest.fixture
def there(folder, cams, monkeypatch):
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def ir_label_folder(there, capsys, monkeypatch) -> Path:
    if not (there / 'ir_labels').is_dir():
        done = run_process('make_ir_labels.py', 'irnet.py', '--workers', '2', cwd=there)
        assert done.status == 0, done.err
        assert re.search(r'\bir_labels: 6 images; 6\b.* \d+\.\d %', done.out)
    return there / 'ir_labels'


@pytest.fixture
def mean_config(there, monkeypatch):
    """A config with a local refinement from outside the package."""
    monkeypatch.syspath_prepend(REPO / 'tests/examples')
    Path('mean.py').write_text("""\
_base_ = 'irnet.py'
custom_imports = dict(imports=['mmwsss', 'mean_refinement'], allow_failed_imports=False)
ir_label_refinement = dict(type='MeanRefinement', radius=2)
""")
    return 'mean.py'
