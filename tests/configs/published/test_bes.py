"""BES: its classifier and its boundary network."""
from mmengine.config import Config
from reference_network import REPO


def test_settings():
    cfg = Config.fromfile(REPO / 'configs/bes_r50_voc.py')
    assert cfg.model.neck == dict(type='AttentionPooling', scale=1e-3) and cfg.model.backbone.frozen_stages == 2
    assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=1.0, momentum=1e-4, weight_decay=1e-4)
    assert cfg.optim_wrapper.paramwise_cfg.custom_keys.backbone.lr_mult == 0.1
    assert cfg.train_cfg.max_epochs == cfg.param_scheduler[0].end == 5 and cfg.train_dataloader.batch_size == 16
    steps = {step['type']: step for step in cfg.train_dataloader.dataset.pipeline}
    assert list(steps) == ['LoadImage', 'RandomResizeLongSide', 'RandomFlip', 'RandomCropPad', 'PackImageLabelInputs']
    assert (steps['RandomResizeLongSide'].min_size, steps['RandomResizeLongSide'].max_size) == (320, 512)
    assert cfg.model.test_cfg['merge'] == dict(type='SumAll') and cfg.model.test_cfg.bg_thr == 0.11


def test_settings_of_the_boundary_network():
    cfg = Config.fromfile(REPO / 'configs/bes_boundary_r50_voc.py')
    assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=0.1, momentum=1e-4, weight_decay=1e-4)
    assert cfg.train_dataloader.batch_size == 16 and cfg.train_cfg.max_epochs == 3
    assert cfg.model.test_cfg == dict(  # images keep their size, unlike IRNet's
        min_size=1, size_divisor=1, radius=5, beta=5, steps=256, bg_thr=0.25)
    assert [step['type'] for step in cfg.train_dataloader.dataset.pipeline][:4] == [
        'LoadImage', 'LoadMask', 'BoundaryLabels', 'RandomScale']
