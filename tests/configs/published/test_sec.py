"""SEC."""
import pytest
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from reference_network import REPO


def test_settings():
    cfg = Config.fromfile(REPO / 'configs/sec_vgg16_voc.py')
    assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=1e-3, momentum=0.9, weight_decay=5e-4)
    assert cfg.param_scheduler == [
        dict(type='MultiStepLR', milestones=[2000, 4000, 6000], gamma=0.1, by_epoch=False)]
    assert cfg.train_cfg.max_iters == 8000 and cfg.train_dataloader.batch_size == 15
    steps = {step['type']: step for step in cfg.train_dataloader.dataset.pipeline}
    assert list(steps) == ['LoadImage', 'Resize', 'LoadCues', 'PackImageLabelInputs']  # no mirror images, no crops
    assert steps['Resize'].scale == (321, 321) and not steps['Resize'].keep_ratio
    cfg.model.backbone.init_cfg = cfg.model.decode_head.init_cfg = None
    init_default_scope('mmseg')
    model = MODELS.build(cfg.model)
    groups = {id(group['params'][0]): (group['lr'], group['weight_decay'])
              for group in build_optim_wrapper(model, cfg.optim_wrapper).param_groups}
    for name, value in model.named_parameters():
        rate = (10 if '.fc8.' in name else 1) * (2 if name.endswith('bias') else 1) * 1e-3
        assert groups[id(value)] == (pytest.approx(rate), 0 if name.endswith('bias') else 5e-4), name
    losses = [(type(loss).__name__, loss.loss_weight) for loss in model.losses]
    assert losses == [('SeedLoss', 1), ('ExpansionLoss', 1), ('ConstrainLoss', 1)]
    assert model.losses[1].decays == dict(present=0.996, background=0.999, absent=0)
    assert (model.crf.energies, model.crf.gradient) == ('scores', False)
    assert model.crf.settings == dict(
        gaussian=(3 / 12, 3), bilateral=(80 / 12, 13, 10), steps=10, backend='torch')
    assert model.decode_head.drop.p == 0.5 and len(model.decode_head.branches) == 1
    assert model.decode_head.branches[0]['fc6'].dilation == (12, 12)
    model.eval()
    assert model.decode_head(model.backbone(torch.zeros(1, 3, 321, 321))).shape == (1, 21, 41, 41)
