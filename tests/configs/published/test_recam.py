"""ReCAM."""
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from reference_network import REPO


def test_settings():
    cfg = Config.fromfile(REPO / 'configs/recam_r50_voc.py')
    assert cfg.load_from == 'work_dirs/cam_irn_all_r50_voc/epoch_5.pth'
    assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=5e-5, momentum=1e-4, weight_decay=1e-4)
    assert cfg.optim_wrapper.paramwise_cfg.custom_keys == {'head.recam_classifier': dict(lr_mult=10)}
    assert cfg.train_dataloader.batch_size == 16 and cfg.train_cfg.max_epochs == cfg.param_scheduler[0].end == 4
    assert cfg.model.test_cfg['merge'] == dict(type='SumAll') and cfg.model.test_cfg.bg_thr == 0.21


def test_what_learns():
    cfg = Config.fromfile(REPO / 'configs/recam_r50_voc.py')
    assert cfg.model.backbone.norm_eval
    cfg.model.backbone.init_cfg = None
    init_default_scope('mmseg')
    still = {key for key, value in MODELS.build(cfg.model).train().named_parameters() if not value.requires_grad}
    assert {'.'.join(key.split('.')[:2]) for key in still} == {'backbone.conv1', 'backbone.bn1'}
