"""The configs have the settings that were published, and what learns in their networks."""
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS, TRANSFORMS
from PIL import Image, ImageEnhance
from reference_network import REPO


def test_the_published_settings():
    cfg = Config.fromfile(REPO / 'configs/vwe_hspp_r50_voc.py')
    assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=0.1, momentum=1e-4, weight_decay=1e-4)
    assert cfg.optim_wrapper.paramwise_cfg.custom_keys.backbone.lr_mult == 0.1
    assert cfg.train_cfg.max_epochs == cfg.param_scheduler[0].end == 6 and cfg.param_scheduler[0].power == 0.9
    assert cfg.train_dataloader.batch_size == 16
    assert cfg.model.backbone.strides == (1, 2, 2, 1) and cfg.model.backbone.dilations == (1, 1, 1, 1)
    assert cfg.model.backbone.frozen_stages == 2 and cfg.model.backbone.norm_eval
    assert set(cfg.model.test_cfg.scales) == {0.5, 1.0, 1.5, 2.0} and cfg.model.test_cfg.bg_thr == 0.14
    irnet = Config.fromfile(REPO / 'configs/irnet_r50_voc.py')
    assert irnet.optim_wrapper.optimizer == dict(type='SGD', lr=0.1, momentum=1e-4, weight_decay=1e-4)
    assert irnet.optim_wrapper.paramwise_cfg.custom_keys['head.displacement'].lr_mult == 10
    assert irnet.train_cfg.max_epochs == irnet.param_scheduler[0].end == 3
    assert irnet.train_dataloader.batch_size == 32 and irnet.model.head.radius == 10
    assert irnet.model.test_cfg == dict(min_size=512, radius=5, beta=10, steps=256, bg_thr=0.25)
    psa = Config.fromfile(REPO / 'configs/affinitynet_r38_voc.py')
    assert psa.optim_wrapper.optimizer == dict(type='SGD', lr=0.1, momentum=5e-4, weight_decay=5e-4)
    assert psa.train_cfg.max_epochs == psa.param_scheduler[0].end == 8 and psa.train_dataloader.batch_size == 8
    assert psa.model.test_cfg == dict(radius=5, beta=8, steps=256, alpha=16, border='sources', bg_thr=0.5)
    assert psa.model.head.in_channels == (512, 1024, 4096) and psa.model.head.radius == 5
    assert 'mmpretrain.ColorJitter' in [step.type for step in psa.train_dataloader.dataset.pipeline]
    deeplab = Config.fromfile(REPO / 'configs/deeplabv2_r101_voc.py')
    assert deeplab.optim_wrapper.optimizer == dict(type='SGD', lr=2.5e-4, momentum=0.9, weight_decay=5e-4)
    keys = deeplab.optim_wrapper.paramwise_cfg.custom_keys
    assert keys.pop('decode_head') == dict(lr_mult=10)
    assert keys == {f'decode_head.branches.{index}.bias': dict(lr_mult=20, decay_mult=0) for index in range(4)}
    assert deeplab.train_cfg.max_iters == deeplab.param_scheduler[0].end == 20000
    assert deeplab.param_scheduler[0].power == 0.9 and deeplab.train_dataloader.batch_size == 10
    assert deeplab.model.backbone.strides == (1, 2, 1, 1) and deeplab.model.backbone.dilations == (1, 1, 2, 4)
    assert deeplab.model.backbone.norm_eval and not deeplab.model.backbone.norm_cfg.requires_grad
    assert deeplab.model.decode_head.dilations == (6, 12, 18, 24)
    assert deeplab.model.train_scales == (1.0, 0.75, 0.5)
    assert [step['type'] for step in deeplab.test_pipeline] == ['LoadImage', 'LoadMask', 'PackSegInputs']
    assert not [step for step in cfg.train_pipeline + cfg.val_pipeline if step['type'] == 'LoadMask']


def test_the_published_settings_of_affinitynet_on_vgg16():
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


def test_the_published_settings_of_affinitynets_classifier():
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


def test_the_published_settings_of_sec():
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


def test_the_published_settings_of_dsrg():
    cfg = Config.fromfile(REPO / 'configs/dsrg_r101_voc.py')
    assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=5e-4, momentum=0.9, weight_decay=5e-4)
    assert cfg.param_scheduler == [
        dict(type='MultiStepLR', milestones=[1000 * step for step in range(1, 8)], gamma=0.33, by_epoch=False)]
    assert cfg.train_cfg.max_iters == 8000 and cfg.train_dataloader.batch_size == 20
    steps = {step['type']: step for step in cfg.train_dataloader.dataset.pipeline}
    assert list(steps) == ['LoadImage', 'Resize', 'LoadCues', 'RandomFlip', 'PackImageLabelInputs']
    assert steps['Resize'].scale == (321, 321) and not steps['Resize'].keep_ratio
    assert cfg.model.losses == [dict(type='BalancedSeedLoss'), dict(type='ConstrainLoss', ratio=(0.05, 20))]
    assert cfg.model.crf == dict(energies='probs', gradient=True)
    assert cfg.model.growing == dict(bg_thr=0.99, fg_thr=0.85)
    views = next(step for step in cfg.tta_pipeline if step['type'] == 'TestTimeAug').transforms[0]
    assert [step.scale for step in views] == [(241, 241), (321, 321), (401, 401)]
    second = Config.fromfile(REPO / 'configs/dsrg_second_r101_voc.py')
    assert second.optim_wrapper.optimizer == dict(type='SGD', lr=1e-3, momentum=0.9, weight_decay=5e-4)
    assert second.param_scheduler[0].type == 'PolyLR' and second.param_scheduler[0].power == 0.9
    assert second.train_cfg.max_iters == second.param_scheduler[0].end == 20000
    assert second.train_dataloader.batch_size == 10
    crop = next(step for step in second.train_dataloader.dataset.pipeline if step['type'] == 'RandomCropPad')
    assert crop.crop_size == (321, 321)


@pytest.mark.parametrize('name', ['hspp_r50_voc', 'vwe_hspp_r50_voc', 'vwe_hspp_r101_voc', 'vwl_l_r101_voc',
                                  'vwl_m_r101_voc', 'vwe_hspp_r50_coco', 'vwl_l_r101_coco', 'vwl_m_r101_coco'])
def test_hybrid_pooling_has_the_authors_windows(name):
    neck = Config.fromfile(REPO / f'configs/{name}.py').model.neck
    assert neck == dict(type='HSPP', levels=(1, 2, 4), gamma=2.0, adaptive=False)


@pytest.mark.parametrize('name', ['vwl_l_r101_voc.py', 'vwl_m_r101_voc.py'])
def test_the_published_settings_of_vwl(name):
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


def test_the_published_settings_of_seam():
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


def test_colours_are_jittered_by_pillow_as_in_the_authors_programs():
    init_default_scope('mmseg')
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    steps = {path.stem: step for path in (REPO / 'configs').glob('*_voc.py') if not path.stem.startswith('pipeline')
             for step in Config.fromfile(path).train_dataloader.dataset.pipeline if 'ColorJitter' in step['type']}
    assert {'affinitynet_r38_voc', 'cam_r38_voc', 'onestage_r38_voc', 'sccam_r38_voc', 'seam_r38_voc'} <= set(steps)
    for name, step in steps.items():
        for kind, enhance in (('brightness', ImageEnhance.Brightness), ('contrast', ImageEnhance.Contrast),
                              ('saturation', ImageEnhance.Color)):
            jitter = TRANSFORMS.build({**step, 'brightness': 0, 'contrast': 0, 'saturation': 0, 'hue': 0,
                                       kind: (1.25, 1.25)})
            wanted = enhance(Image.fromarray(pixels[..., ::-1].copy())).enhance(1.25)
            found = jitter.transform(dict(img=pixels.copy()))['img']
            np.testing.assert_array_equal(found[..., ::-1], np.asarray(wanted), err_msg=f'{name}, {kind}')


def test_images_are_resized_by_pillow_as_in_the_authors_programs():
    """Its bicubic filter averages when it shrinks; OpenCV's leaves pixels out."""
    init_default_scope('mmseg')
    pixels = np.random.default_rng(0).integers(0, 256, (600, 700, 3), dtype=np.uint8)
    for name, size in (('onestage_r38', 321), ('onestage_r50', 448)):
        step, = (step for step in Config.fromfile(REPO / f'configs/{name}_voc.py').train_dataloader.dataset.pipeline
                 if 'RandomResizedCrop' in step['type'])
        resize = TRANSFORMS.build(dict(step, crop_ratio_range=(1, 1), aspect_ratio_range=(7 / 6, 7 / 6)))
        found = resize.transform(dict(img=pixels))['img']
        wanted = Image.fromarray(pixels).resize((size, size), Image.Resampling.BICUBIC)
        np.testing.assert_array_equal(found, np.asarray(wanted))


def test_the_published_settings_of_onestage():
    small, wide = (Config.fromfile(REPO / f'configs/onestage_{name}_voc.py') for name in ('r50', 'r38'))
    for cfg, rate, epochs, crop in ((small, 5e-4, 20, 448), (wide, 1e-3, 24, 321)):
        assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=rate, momentum=0.9, weight_decay=5e-4)
        assert cfg.param_scheduler is None and cfg.train_cfg.max_epochs == epochs  # a constant rate
        assert cfg.train_dataloader.batch_size == 16 and cfg.train_dataloader.drop_last
        steps = {step['type']: step for step in cfg.train_dataloader.dataset.pipeline}
        assert steps['mmpretrain.RandomResizedCrop'].scale == crop
        assert steps['mmpretrain.RandomResizedCrop'].crop_ratio_range == (0.9, 1.0)
        jitter = steps['mmpretrain.ColorJitter']
        assert [jitter[name] for name in ('brightness', 'contrast', 'saturation', 'hue')] == [0.3, 0.3, 0.3, 0.1]
        assert cfg.model.train_cfg == dict(
            warmup_epochs=5, refine=dict(type='PAMR'), fg_factor=0.6, bg_factor=0.7, floor=0.2)
        assert cfg.model.decode_head.dilations == (1, 12, 24, 36) and cfg.model.decode_head.gate_rate == 0.3
        assert cfg.model.test_cfg.bg_power == 3 and cfg.model.test_cfg.score_thr == 0.1
        assert cfg.test_dataloader.dataset.ann_file.endswith('val.txt')
        assert not [step for step in cfg.train_pipeline + cfg.val_pipeline if step['type'] == 'LoadMask']
    assert small.model.backbone.strides == (1, 2, 2, 1) and small.model.test_cfg.scales == (1.0, 0.75, 1.25, 1.5)
    assert wide.model.test_cfg.scales == (1.0, 0.5, 1.5, 2.0)
    assert (small.model.test_cfg.pad_size, wide.model.test_cfg.pad_size) == (768, 1024)
    biases = [cfg.optim_wrapper.paramwise_cfg.custom_keys['.bn.bias'].lr_mult for cfg in (small, wide)]
    assert biases == [10, 20]


def test_learning_rates_of_seam():
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


@pytest.mark.parametrize('name, frozen, stays', [
    ('vwl_l_r101_voc.py', ('conv1', 'bn1', 'layer1', 'layer2'), ()),
    ('vwl_m_r101_voc.py', ('conv1', 'bn1'), ('head.word_to_image.weight', )),
    ('recam_r50_voc.py', ('conv1', 'bn1'), ()),
])
def test_what_learns_in_vwl_and_recam(name, frozen, stays):
    cfg = Config.fromfile(REPO / 'configs' / name)
    assert cfg.model.backbone.norm_eval and cfg.optim_wrapper.optimizer.momentum == 1e-4
    assert cfg.train_dataloader.batch_size == 16 and cfg.train_cfg.max_epochs == cfg.param_scheduler[0].end
    cfg.model.backbone.init_cfg = None
    init_default_scope('mmseg')
    still = {key for key, value in MODELS.build(cfg.model).train().named_parameters() if not value.requires_grad}
    assert {key.split('.')[1] for key in still if key.startswith('backbone.')} == set(frozen)
    assert {key for key in still if key.startswith('head.')} == set(stays)


def test_the_published_settings_of_sccam_and_bes():
    sccam = Config.fromfile(REPO / 'configs/sccam_r38_voc.py')
    assert sccam.optim_wrapper.optimizer == dict(type='SGD', lr=0.1, momentum=5e-4, weight_decay=5e-4)
    assert sccam.optim_wrapper.paramwise_cfg.custom_keys.backbone.lr_mult == 0.1
    assert sccam.param_scheduler[0].end == 61 and sccam.train_dataloader.batch_size == 16
    steps = {step['type']: step for step in sccam.train_dataloader.dataset.pipeline}
    assert steps['RandomCropPad'].crop_size == (224, 224) and steps['mmpretrain.ColorJitter'].hue == 0.1
    assert (steps['RandomResizeLongSide'].min_size, steps['RandomResizeLongSide'].max_size) == (256, 512)
    assert sccam.model.head.sub_categories == 10 and sccam.model.head.in_channels == 4096
    assert sccam.model.test_cfg['merge'].type == 'SumAll' and sccam.model.test_cfg.bg_thr == 0.15
    pipeline = Config.fromfile(REPO / 'configs/pipeline_sccam_voc.py')
    rates = [(1 - epochs / 61)**0.9 for epochs in pipeline.epochs]  # of a round's end, relative to its start
    assert pipeline.rounds == len(rates) == 3 and [round(rate, 2) for rate in rates] == [0.53, 0.37, 0.2]
    boundary = Config.fromfile(REPO / 'configs/bes_boundary_r50_voc.py')
    assert boundary.optim_wrapper.optimizer == dict(type='SGD', lr=0.1, momentum=1e-4, weight_decay=1e-4)
    assert boundary.train_dataloader.batch_size == 16 and boundary.train_cfg.max_epochs == 3
    assert boundary.model.test_cfg == dict(  # images keep their size, unlike IRNet's
        min_size=1, size_divisor=1, radius=5, beta=5, steps=256, bg_thr=0.25)
    assert [step['type'] for step in boundary.train_dataloader.dataset.pipeline][:4] == [
        'LoadImage', 'LoadMask', 'BoundaryLabels', 'RandomScale']
    bes = Config.fromfile(REPO / 'configs/bes_r50_voc.py')
    assert bes.model.neck == dict(type='AttentionPooling', scale=1e-3) and bes.model.backbone.frozen_stages == 2
    assert bes.optim_wrapper.optimizer == dict(type='SGD', lr=1.0, momentum=1e-4, weight_decay=1e-4)
    assert bes.optim_wrapper.paramwise_cfg.custom_keys.backbone.lr_mult == 0.1
    assert bes.train_cfg.max_epochs == bes.param_scheduler[0].end == 5 and bes.train_dataloader.batch_size == 16
    steps = {step['type']: step for step in bes.train_dataloader.dataset.pipeline}
    assert list(steps) == ['LoadImage', 'RandomResizeLongSide', 'RandomFlip', 'RandomCropPad', 'PackImageLabelInputs']
    assert (steps['RandomResizeLongSide'].min_size, steps['RandomResizeLongSide'].max_size) == (320, 512)
    assert bes.model.test_cfg['merge'] == dict(type='SumAll') and bes.model.test_cfg.bg_thr == 0.11


def test_the_published_settings_of_sipe_and_amn():
    sipe = Config.fromfile(REPO / 'configs/sipe_r50_voc.py')
    assert sipe.optim_wrapper.optimizer == dict(type='SGD', lr=1.0, momentum=1e-4, weight_decay=1e-4)
    assert sipe.optim_wrapper.paramwise_cfg.custom_keys.backbone.lr_mult == 0.1
    assert sipe.optim_wrapper.clip_grad.max_norm == 1 and sipe.train_dataloader.batch_size == 16
    assert sipe.train_cfg.max_epochs == sipe.param_scheduler[0].end == 5 and sipe.model.backbone.frozen_stages == 2
    assert sipe.model.test_cfg.scales == (1.0, 0.5, 1.5, 2.0) and sipe.model.test_cfg.bg_thr == 0.5
    amn = Config.fromfile(REPO / 'configs/amn_r50_voc.py')
    assert amn.optim_wrapper.optimizer == dict(type='Adam', lr=1e-4, weight_decay=1e-4)
    assert amn.optim_wrapper.optimizer.lr * amn.optim_wrapper.paramwise_cfg.custom_keys.backbone.lr_mult == 5e-6
    assert amn.train_cfg.max_epochs == 5 and amn.param_scheduler is None and amn.train_dataloader.batch_size == 16
    assert amn.model.backbone.frozen_stages == 0 and amn.model.test_cfg.bg_thr == 0.25
    assert amn.model.test_cfg['merge'] == dict(type='SoftmaxOfMean')
    steps = {step['type']: step for step in amn.train_dataloader.dataset.pipeline}
    assert (steps['RandomScale'].min_scale, steps['RandomScale'].max_scale) == (0.5, 1.5) and 'LoadMask' in steps
    init_default_scope('mmseg')
    head = MODELS.build(amn.model.head)
    assert len(head.pixels.branches) == 4 and head.dropout.p == 0.1 and head.pixels.loss_decode.smoothing == 0.4
    pipeline = Config.fromfile(REPO / 'configs/pipeline_amn_voc.py')
    assert pipeline.network_options == dict(irnet={'model.test_cfg.cam_power': 1.3})


@pytest.mark.parametrize('name, frozen', [('cam_irn_r50_voc', 2), ('cam_irn_all_r50_voc', 0)])
def test_the_published_settings_of_irns_classifier(name, frozen):
    cfg = Config.fromfile(REPO / f'configs/{name}.py')
    assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=1.0, momentum=1e-4, weight_decay=1e-4)
    assert cfg.optim_wrapper.paramwise_cfg.custom_keys == dict(backbone=dict(lr_mult=0.1))
    assert cfg.train_cfg.max_epochs == cfg.param_scheduler[0].end == 5 and cfg.train_dataloader.batch_size == 16
    assert cfg.model.backbone.frozen_stages == frozen and cfg.model.neck.type == 'mmpretrain.GlobalAveragePooling'
    assert cfg.model.test_cfg['merge'] == dict(type='SumAll') and cfg.model.test_cfg.bg_thr == 0.15
    assert cfg.model.test_cfg.scales == (1.0, 0.5, 1.5, 2.0) and cfg.model.test_cfg.flip


def test_amn_recam_and_lpcam_follow_their_authors_classifiers():
    amn, recam, lpcam = (Config.fromfile(REPO / f'configs/{name}_r50_voc.py') for name in ('amn', 'recam', 'lpcam'))
    assert amn.train_dataloader.dataset.seg_map_dir == 'work_dirs/cam_irn_r50_voc/ir_labels'
    assert Config.fromfile(REPO / 'configs/pipeline_amn_voc.py').classifier == 'cam_irn_r50_voc.py'
    assert recam.load_from == 'work_dirs/cam_irn_all_r50_voc/epoch_5.pth'
    assert recam.model.test_cfg['merge'] == lpcam.model.test_cfg['merge'] == dict(type='SumAll')
    assert recam.optim_wrapper.optimizer == dict(type='SGD', lr=5e-5, momentum=1e-4, weight_decay=1e-4)
    assert recam.optim_wrapper.paramwise_cfg.custom_keys == {'head.recam_classifier': dict(lr_mult=10)}
    assert recam.model.test_cfg.bg_thr == 0.21 and recam.train_cfg.max_epochs == recam.param_scheduler[0].end == 4
    pipeline = Config.fromfile(REPO / 'configs/pipeline_lpcam_voc.py')
    assert pipeline.classifier == 'cam_irn_all_r50_voc.py' and lpcam.model.test_cfg.bg_thr == 0.3


def test_the_published_settings_of_gated_crf():
    cfg = Config.fromfile(REPO / 'configs/deeplabv2_r101_voc_scribbles_gated_crf.py')
    loss = cfg.model.image_loss
    assert (loss.radius, loss.kernels, loss.loss_weight) == (5, [dict(weight=1.0, xy=6.0, rgb=0.1)], 0.1)
    assert 'crop_window' in cfg.train_dataloader.dataset.pipeline[-1].meta_keys
    for name, std in (('voc20/deeplabv2_efflite0_voc20', 128), ('mini/deeplabv2_r18_mini', 64)):
        plain, gated = (Config.fromfile(REPO / f'configs/{name}_scribbles{end}.py') for end in ('', '_gated_crf'))
        width = gated.model.image_loss.kernels[0].rgb * gated.model.data_preprocessor.std[0]
        assert gated.model.data_preprocessor.std[0] == std and abs(width - 0.1 * 57.4) < 0.1  # the same grey levels
        # nothing else differs
        gated.model.pop('image_loss')
        gated.model.type = plain.model.type
        assert gated.model == plain.model and gated.optim_wrapper == plain.optim_wrapper
        assert gated.train_dataloader.dataset.pipeline[:-1] == plain.train_dataloader.dataset.pipeline[:-1]
