"""SIPE."""
from mmengine.config import Config
from reference_network import REPO


def test_settings():
    cfg = Config.fromfile(REPO / 'configs/sipe_r50_voc.py')
    assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=1.0, momentum=1e-4, weight_decay=1e-4)
    assert cfg.optim_wrapper.paramwise_cfg.custom_keys.backbone.lr_mult == 0.1
    assert cfg.optim_wrapper.clip_grad.max_norm == 1 and cfg.train_dataloader.batch_size == 16
    assert cfg.train_cfg.max_epochs == cfg.param_scheduler[0].end == 5 and cfg.model.backbone.frozen_stages == 2
    assert cfg.model.test_cfg.scales == (1.0, 0.5, 1.5, 2.0) and cfg.model.test_cfg.bg_thr == 0.5
