"""The worked examples of CONTRIBUTING: heads outside of the package, each trained for two iterations from a config."""
import json
import math

import pytest
import torch
from mmengine.hooks import Hook
from reference_network import REPO
from tiny_voc import write_tiny_voc

from mmwsss.engine.config import load_config
from mmwsss.engine.runner import build_runner

EXAMPLES = REPO / 'tests/examples'
CLASSES = ('bus', 'car', 'cat', 'cow', 'dog', 'horse')
CONFIG = """\
_base_ = {base!r}
custom_imports = dict(imports=['mmwsss', {module!r}], allow_failed_imports=False)
train_dataloader = dict(batch_size=2, num_workers=0, persistent_workers=False, dataset=dict(
    data_root={root!r}, pipeline=[dict(type='LoadImage'), dict(type='PackImageLabelInputs')]))
val_dataloader = dict(num_workers=0, persistent_workers=False, dataset=dict(data_root={root!r}))
train_cfg = dict(max_epochs=1, val_interval=1)
param_scheduler = None
"""
SUBCLASSES = """\
model = dict(head=dict(type='SubclassHead', num_subclasses=12))
train_dataloader = dict(dataset=dict(pipeline=[
    dict(type='LoadImage'),
    dict(type='LoadSubclasses', path={subclasses!r}, num_subclasses=12),
    dict(type='PackImageLabelInputs', keys=['gt_subclass'])]))
"""
EQUIVARIANCE = """\
model = dict(
    head=dict(type='EquivarianceHead'), train_cfg=dict(views=[dict(), dict(scale=0.5)]),
    test_cfg=dict(merge=dict(type='SumAll')))
"""
LSE = """\
model = dict(neck=None, head=dict(type='LSEHead'))
"""


class Before(Hook):
    """Keeps the weights that the training starts from."""

    def before_train(self, runner):
        self.weights = {name: value.detach().clone() for name, value in runner.model.named_parameters()}


@pytest.mark.parametrize(('module', 'text', 'losses'), [
    ('subclass_head', SUBCLASSES, {'loss_cls', 'loss_subclass'}),
    ('equivariance_head', EQUIVARIANCE, {'loss_cls', 'loss_equivariance'}),
    ('lse_head', LSE, {'loss_cls'}),
])
def test_two_iterations(tmp_path, monkeypatch, module, text, losses):
    monkeypatch.syspath_prepend(EXAMPLES)
    assert len((EXAMPLES / f'{module}.py').read_text().splitlines()) < 60
    root = write_tiny_voc(tmp_path / 'data', CLASSES, images=4)
    subclasses = {name: [2 * CLASSES.index(label) for label in labels]
                  for name, labels in json.loads((root / 'image_labels.json').read_text()).items()}
    (tmp_path / 'subclasses.json').write_text(json.dumps(subclasses))
    config = tmp_path / f'{module}.py'
    config.write_text(CONFIG.format(base=str(REPO / 'configs/mini/cam_r18_mini.py'), module=module, root=str(root)))
    second = tmp_path / f'{module}_example.py'
    second.write_text(f'_base_ = {str(config)!r}\n' + text.format(subclasses=str(tmp_path / 'subclasses.json')))

    runner = build_runner(load_config(str(second), work_dir=str(tmp_path / 'work')), ('train', 'val'), strict=False)
    before = Before()
    runner.register_hook(before)
    model = runner.train()

    assert runner.iter == 2
    scalars = runner.message_hub.log_scalars
    assert {name.removeprefix('train/') for name in scalars if name.startswith('train/loss_')} == losses
    for name in losses:
        values = scalars[f'train/{name}'].data[0]
        assert len(values) == 2 and all(math.isfinite(value) and value > 0 for value in values), name
    assert math.isfinite(scalars['val/multi-label/mAP'].data[0][-1])
    for name, value in model.named_parameters():
        assert not torch.equal(value, before.weights[name]), name
