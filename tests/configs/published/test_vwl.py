"""VWL-L and VWL-M."""
import pytest
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from reference_network import REPO


@pytest.mark.parametrize('name', ['vwl_l_r101_voc.py', 'vwl_m_r101_voc.py'])
def test_settings(name):
    cfg = Config.fromfile(REPO / 'configs' / name)
    assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=0.1, momentum=1e-4, weight_decay=1e-4)
    assert cfg.optim_wrapper.paramwise_cfg.custom_keys == dict(backbone=dict(lr_mult=0.1))
    assert cfg.train_cfg.max_epochs == cfg.param_scheduler[0].end == 6 and cfg.param_scheduler[0].power == 0.9
    steps = {step['type']: step for step in cfg.train_dataloader.dataset.pipeline}
    assert (steps['RandomResizeLongSide'].min_size, steps['RandomResizeLongSide'].max_size) == (320, 640)
    assert steps['RandomCropPad'].crop_size == (512, 512) and 'mmpretrain.ColorJitter' not in steps
    assert cfg.model.backbone.depth == 101 and cfg.model.backbone.strides == (1, 2, 2, 1)
    assert cfg.model.test_cfg.scales == (1.0, 0.5, 1.5, 2.0) and cfg.model.test_cfg.bg_thr == 0.13
    assert cfg.model.head.encoder.num_words == 256 and not cfg.model.head.word_cam
    own = dict(type='MemoryBankCodebook', rate=1e-3) if 'vwl_m' in name else dict(
        type='LearnableCodebook', decorrelation=1.0)
    assert cfg.model.head.encoder.codebook == own


@pytest.mark.parametrize('name, frozen, stays', [
    ('vwl_l_r101_voc.py', ('conv1', 'bn1', 'layer1', 'layer2'), ()),
    ('vwl_m_r101_voc.py', ('conv1', 'bn1'), ('head.word_to_image.weight', )),
])
def test_what_learns(name, frozen, stays):
    cfg = Config.fromfile(REPO / 'configs' / name)
    assert cfg.model.backbone.norm_eval and cfg.optim_wrapper.optimizer.momentum == 1e-4
    assert cfg.train_dataloader.batch_size == 16 and cfg.train_cfg.max_epochs == cfg.param_scheduler[0].end
    cfg.model.backbone.init_cfg = None
    init_default_scope('mmseg')
    still = {key for key, value in MODELS.build(cfg.model).train().named_parameters() if not value.requires_grad}
    assert {key.split('.')[1] for key in still if key.startswith('backbone.')} == set(frozen)
    assert {key for key in still if key.startswith('head.')} == set(stays)
