"""AffinityNet (PSA) and its classifiers, on ResNet38 and VGG16."""
import pytest
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from reference_network import REPO


def test_settings():
    cfg = Config.fromfile(REPO / 'configs/affinitynet_r38_voc.py')
    assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=0.1, momentum=5e-4, weight_decay=5e-4)
    assert cfg.train_cfg.max_epochs == cfg.param_scheduler[0].end == 8 and cfg.train_dataloader.batch_size == 8
    assert cfg.model.test_cfg == dict(radius=5, beta=8, steps=256, alpha=16, border='sources', bg_thr=0.5)
    assert cfg.model.head.in_channels == (512, 1024, 4096) and cfg.model.head.radius == 5
    assert 'mmpretrain.ColorJitter' in [step.type for step in cfg.train_dataloader.dataset.pipeline]


def test_settings_on_vgg16():
    """Biases twice the rate without decay, new layers ten times; the head's norms are as the backbone's layers."""
    init_default_scope('mmseg')
    norm = {f'head.norms.{level}.{part}': (rate, decay) for level in range(3)
            for part, rate, decay in (('weight', 0.1, 5e-4), ('bias', 0.2, 0))}
    for name, epochs, batch, scale in (('cam', 15, 16, None), ('affinitynet', 8, 8, 4)):
        cfg = Config.fromfile(REPO / f'configs/{name}_vgg16_voc.py')
        assert cfg.train_cfg.max_epochs == cfg.param_scheduler[0].end == epochs
        assert cfg.train_dataloader.batch_size == cfg.auto_scale_lr.base_batch_size == batch
        assert cfg.model.backbone.fc6_dilation == (scale or 1)
        cfg.model.backbone.init_cfg = None
        model = MODELS.build(cfg.model)
        groups = {id(group['params'][0]): (group['lr'], group['weight_decay'])
                  for group in build_optim_wrapper(model, cfg.optim_wrapper).param_groups}
        found = {key: groups[id(value)] for key, value in model.named_parameters() if value.requires_grad}
        backbone = {key: (0.2, 0) if key.endswith('bias') else (0.1, 5e-4) for key in found if key[:8] == 'backbone'}
        assert len(backbone) == 22
        new = {key: (1.0, 5e-4) for key in ('head.classifier.weight', ) if scale is None} or {
            f'head.{key}.weight': (1.0, 5e-4) for key in ('levels.0', 'levels.1', 'levels.2', 'joint')}
        assert found == {**backbone, **new, **(norm if scale else {})}
    cfg = Config.fromfile(REPO / 'configs/cam_vgg16_voc.py')
    assert cfg.model.test_cfg['merge'] == dict(type='SumAll', power=0.5) and cfg.model.test_cfg.bg_thr == 0.2
    others = [Config.fromfile(path).model.get('test_cfg', {}) for path in (REPO / 'configs').glob('*_voc.py')
              if not path.name.startswith('pipeline') and path.name != 'cam_vgg16_voc.py']
    assert not [cfg for cfg in others if 'power' in cfg.get('merge', {})]


def test_settings_of_the_classifier():
    cfg = Config.fromfile(REPO / 'configs/cam_r38_voc.py')
    assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=1.0, momentum=5e-4, weight_decay=5e-4)
    assert cfg.optim_wrapper.paramwise_cfg.custom_keys.backbone.lr_mult == 0.1
    assert cfg.train_cfg.max_epochs == cfg.param_scheduler[0].end == 15 and cfg.param_scheduler[0].power == 0.9
    assert cfg.train_dataloader.batch_size == 16 and cfg.train_dataloader.drop_last
    steps = {step['type']: step for step in cfg.train_dataloader.dataset.pipeline}
    assert list(steps) == ['LoadImage', 'RandomResizeLongSide', 'RandomFlip', 'mmpretrain.ColorJitter', 'RandomCropPad',
                           'PackImageLabelInputs']
    assert (steps['RandomResizeLongSide'].min_size, steps['RandomResizeLongSide'].max_size) == (256, 512)
    assert steps['RandomCropPad'].crop_size == (448, 448)
    assert cfg.model.test_cfg.scales == (1.0, 0.5, 1.5, 2.0) and cfg.model.test_cfg.flip
    init_default_scope('mmseg')
    for name, channels in (('cam_r38', 4096), ('cam_vgg16', 1024), ('sccam_r38', 4096)):
        head = MODELS.build(Config.fromfile(REPO / f'configs/{name}_voc.py').model.head)
        assert head.drop_ratio == 0.5
        head.init_weights()
        assert head.classifier.weight.abs().max().item() == pytest.approx((6 / (channels + 20))**0.5, rel=0.01)
