"""SEAM."""
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from reference_network import REPO


def test_settings():
    cfg = Config.fromfile(REPO / 'configs/seam_r38_voc.py')
    assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=0.01, momentum=5e-4, weight_decay=5e-4)
    assert cfg.train_cfg.max_epochs == cfg.param_scheduler[0].end == 8 and cfg.param_scheduler[0].power == 0.9
    assert cfg.train_dataloader.batch_size == 8 and cfg.model.train_cfg.views == [dict(), dict(scale=0.3)]
    assert cfg.model.backbone.type == 'ResNet38' and 'neck' not in cfg.model
    assert cfg.model.test_cfg.scales == (0.5, 1.0, 1.5, 2.0) and cfg.model.test_cfg.bg_thr == 0.26
    steps = {step['type']: step for step in cfg.train_dataloader.dataset.pipeline}
    assert (steps['RandomResizeLongSide']['min_size'], steps['RandomResizeLongSide']['max_size']) == (448, 768)
    assert steps['RandomCropPad']['crop_size'] == (448, 448)
    jitter = steps['mmpretrain.ColorJitter']
    assert [jitter[name] for name in ('brightness', 'contrast', 'saturation', 'hue')] == [0.3, 0.3, 0.3, 0.1]


def test_learning_rates():
    """Backbone weights 0.01, new weights 0.1, convolutions' biases twice as much without decay."""
    cfg = Config.fromfile(REPO / 'configs/mini/seam_r18_mini.py')
    schedule = Config.fromfile(REPO / 'configs/_base_/schedules/seam_8e.py').optim_wrapper
    init_default_scope('mmseg')
    model = MODELS.build(cfg.model)
    model.backbone.conv1.bias = torch.nn.Parameter(torch.zeros(32))
    groups = {id(group['params'][0]): (group['lr'], group['weight_decay'])
              for group in build_optim_wrapper(model, schedule).param_groups}
    found = {name: groups[id(parameter)] for name, parameter in model.named_parameters()}
    assert found['backbone.conv1.bias'] == (0.02, 0) and found['backbone.layer3.0.conv1.weight'] == (0.01, 5e-4)
    assert {found[name] for name in found if name.startswith('head.')} == {(0.1, 5e-4)}
    assert len([name for name in found if name.startswith('head.')]) == 4
