"""DeepLabv2 on ResNet101."""
from mmengine.config import Config
from reference_network import REPO


def test_settings():
    cfg = Config.fromfile(REPO / 'configs/deeplabv2_r101_voc.py')
    assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=2.5e-4, momentum=0.9, weight_decay=5e-4)
    keys = cfg.optim_wrapper.paramwise_cfg.custom_keys
    assert keys.pop('decode_head') == dict(lr_mult=10)
    assert keys == {f'decode_head.branches.{index}.bias': dict(lr_mult=20, decay_mult=0) for index in range(4)}
    assert cfg.train_cfg.max_iters == cfg.param_scheduler[0].end == 20000
    assert cfg.param_scheduler[0].power == 0.9 and cfg.train_dataloader.batch_size == 10
    assert cfg.model.backbone.strides == (1, 2, 1, 1) and cfg.model.backbone.dilations == (1, 1, 2, 4)
    assert cfg.model.backbone.norm_eval and not cfg.model.backbone.norm_cfg.requires_grad
    assert cfg.model.decode_head.dilations == (6, 12, 18, 24)
    assert cfg.model.train_scales == (1.0, 0.75, 0.5)
    assert [step['type'] for step in cfg.test_pipeline] == ['LoadImage', 'LoadMask', 'PackSegInputs']
