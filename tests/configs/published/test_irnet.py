"""IRNet, and the classifiers of its authors."""
import pytest
from mmengine.config import Config
from reference_network import REPO


def test_settings():
    cfg = Config.fromfile(REPO / 'configs/irnet_r50_voc.py')
    assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=0.1, momentum=1e-4, weight_decay=1e-4)
    assert cfg.optim_wrapper.paramwise_cfg.custom_keys['head.displacement'].lr_mult == 10
    assert cfg.train_cfg.max_epochs == cfg.param_scheduler[0].end == 3
    assert cfg.train_dataloader.batch_size == 32 and cfg.model.head.radius == 10
    assert cfg.model.test_cfg == dict(min_size=512, radius=5, beta=10, steps=256, bg_thr=0.25)


@pytest.mark.parametrize('name, frozen', [('cam_irn_r50_voc', 2), ('cam_irn_all_r50_voc', 0)])
def test_settings_of_the_classifier(name, frozen):
    cfg = Config.fromfile(REPO / f'configs/{name}.py')
    assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=1.0, momentum=1e-4, weight_decay=1e-4)
    assert cfg.optim_wrapper.paramwise_cfg.custom_keys == dict(backbone=dict(lr_mult=0.1))
    assert cfg.train_cfg.max_epochs == cfg.param_scheduler[0].end == 5 and cfg.train_dataloader.batch_size == 16
    assert cfg.model.backbone.frozen_stages == frozen and cfg.model.neck.type == 'mmpretrain.GlobalAveragePooling'
    assert cfg.model.test_cfg['merge'] == dict(type='SumAll') and cfg.model.test_cfg.bg_thr == 0.15
    assert cfg.model.test_cfg.scales == (1.0, 0.5, 1.5, 2.0) and cfg.model.test_cfg.flip
