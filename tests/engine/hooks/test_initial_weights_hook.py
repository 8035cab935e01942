"""ReCAM trains on from the checkpoint of a plain classifier, and from no other."""
import pytest
import torch
from message_names import message_names
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from reference_network import REPO
from tiny_voc import write_tiny_voc

from mmwsss.engine.config import load_config
from mmwsss.engine.runner import build_runner, choose_checkpoint
from mmwsss.utils.errors import InputError

CLASSES = ('bus', 'car', 'cat', 'cow', 'dog', 'horse')
CONFIG = """\
_base_ = {base!r}
load_from = 'plain.pth'
train_dataloader = dict(batch_size=2, num_workers=0, persistent_workers=False, dataset=dict(
    data_root='data', indices=2, pipeline=[dict(type='LoadImage'), dict(type='PackImageLabelInputs')]))
val_dataloader = dict(num_workers=0, persistent_workers=False, dataset=dict(data_root='data', indices=1))
train_cfg = dict(max_epochs=1, val_interval=1)
param_scheduler = None
optim_wrapper = dict(optimizer=dict(lr=1e-9))
"""


def run(name, tmp_path, monkeypatch, **changes):
    """Train one iteration at a tiny learning rate, from the checkpoint of a mini config."""
    monkeypatch.chdir(tmp_path)
    write_tiny_voc(tmp_path / 'data', CLASSES)
    (tmp_path / 'recam.py').write_text(CONFIG.format(base=str(REPO / 'configs/mini/recam_r18_mini.py')))
    init_default_scope('mmseg')
    plain = Config.fromfile(REPO / 'configs/mini' / name)
    plain.merge_from_dict(changes)
    weights = MODELS.build(plain.model).state_dict()
    torch.save(dict(state_dict=weights, meta={}), 'plain.pth')
    cfg = load_config('recam.py')
    choose_checkpoint(cfg, resume=False)
    return weights, build_runner(cfg, ('train', 'val'), strict=False).train()


def test_starts_from_a_plain_classifier(tmp_path, monkeypatch):
    weights, model = run('cam_r18_mini.py', tmp_path, monkeypatch)
    torch.testing.assert_close(model.head.base.classifier.weight, weights['head.classifier.weight'])
    torch.testing.assert_close(model.backbone.conv1.weight, weights['backbone.conv1.weight'])


@pytest.mark.parametrize('name, changes, named', [
    ('cam_r18_mini.py', {'model.backbone.depth': 34}, ['plain.pth', 'backbone.layer1.2.bn1.weight']),
    ('cam_r18_mini.py', {'model.head.num_classes': 4}, [4, 6]),
    ('deeplabv2_r18_mini.py', {}, ['plain.pth', 'decode_head.branches.0.weight']),
])
def test_another_model(name, changes, named, tmp_path, monkeypatch):
    with pytest.raises(InputError, match=message_names(*named)):
        run(name, tmp_path, monkeypatch, **changes)
