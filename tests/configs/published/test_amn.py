"""AMN."""
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from reference_network import REPO


def test_settings():
    cfg = Config.fromfile(REPO / 'configs/amn_r50_voc.py')
    assert cfg.optim_wrapper.optimizer == dict(type='Adam', lr=1e-4, weight_decay=1e-4)
    assert cfg.optim_wrapper.optimizer.lr * cfg.optim_wrapper.paramwise_cfg.custom_keys.backbone.lr_mult == 5e-6
    assert cfg.train_cfg.max_epochs == 5 and cfg.param_scheduler is None and cfg.train_dataloader.batch_size == 16
    assert cfg.model.backbone.frozen_stages == 0 and cfg.model.test_cfg.bg_thr == 0.25
    assert cfg.model.test_cfg['merge'] == dict(type='SoftmaxOfMean')
    steps = {step['type']: step for step in cfg.train_dataloader.dataset.pipeline}
    assert (steps['RandomScale'].min_scale, steps['RandomScale'].max_scale) == (0.5, 1.5) and 'LoadMask' in steps
    init_default_scope('mmseg')
    head = MODELS.build(cfg.model.head)
    assert len(head.pixels.branches) == 4 and head.dropout.p == 0.1 and head.pixels.loss_decode.smoothing == 0.4
    pipeline = Config.fromfile(REPO / 'configs/pipeline_amn_voc.py')
    assert pipeline.network_options == dict(irnet={'model.test_cfg.cam_power': 1.3})
    assert cfg.train_dataloader.dataset.seg_map_dir == 'work_dirs/cam_irn_r50_voc/ir_labels'
    assert pipeline.classifier == 'cam_irn_r50_voc.py'
