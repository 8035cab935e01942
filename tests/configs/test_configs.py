"""Every config builds, trains for two iterations, validates and tests on drawn images."""
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmseg.datasets import PascalVOCDataset
from mmseg.registry import MODELS
from PIL import Image
from reference_network import REPO
from tiny_voc import write_tiny_voc

from mmwsss.engine.evaluation_options import augment
from mmwsss.pseudo_labels import write_cam

CONFIGS = sorted(path.relative_to(REPO / 'configs').as_posix() for path in (REPO / 'configs').rglob('*.py')
                 if '_base_' not in path.parts and not path.name.startswith('pipeline'))
IRNETS = [name for name in CONFIGS if 'irnet' in name]
SEGMENTORS = [name for name in CONFIGS if 'deeplabv2' in name]
CLASSIFIERS = [name for name in CONFIGS if name not in IRNETS + SEGMENTORS]


def shrink(cfg: Config, root, work_dir) -> Config:
    """Use the drawn data in a config, and make everything small except the network's structure."""
    cfg.work_dir = str(work_dir)
    cfg.experiment_name = work_dir.name
    cfg.model.backbone.init_cfg = None  # no download
    cfg.load_from = None
    if 'init_cfg' in cfg.model:
        cfg.model.init_cfg = None
    means = [hook.dataloader for hook in cfg.custom_hooks if hook['type'] == 'MeanShiftHook']
    for loader in [cfg[f'{loop}_dataloader'] for loop in ('train', 'val', 'test')] + means:
        if loader is None:
            continue
        loader.num_workers, loader.persistent_workers = 0, False
        loader.dataset.data_root = str(root)
        loader.dataset.indices = 3
        for step in loader.dataset.pipeline:
            if step['type'] == 'RandomResizeLongSide':
                step.update(min_size=40, max_size=90)
            if 'crop_size' in step:
                step.update(crop_size=(64, 80))
        if loader in means:
            loader.batch_size = 3
    cfg.train_dataloader.batch_size = 2
    cfg.train_dataloader.dataset.indices = 4
    if 'max_iters' in cfg.train_cfg:
        cfg.train_cfg.update(max_iters=2, val_interval=2)
        return cfg
    cfg.train_cfg.update(max_epochs=1)
    if cfg.val_dataloader:
        cfg.train_cfg.val_interval = 1
    return cfg


class Snapshot(Hook):
    """Keeps the weights that training starts from."""

    def before_train(self, runner: Runner) -> None:
        self.weights = {key: value.clone() for key, value in runner.model.state_dict().items()}


@pytest.mark.parametrize('name', CLASSIFIERS)
def test_classifier(name, tmp_path):
    cfg = Config.fromfile(REPO / 'configs' / name)
    classes = cfg.train_dataloader.dataset.get('metainfo', {}).get('classes')
    root = write_tiny_voc(tmp_path / 'data', **(dict(classes=classes[1:]) if classes else {}))
    # two small steps would not move a float32 weight of 1
    cfg.optim_wrapper.optimizer.lr = max(cfg.optim_wrapper.optimizer.lr, 1e-3)
    runner = Runner.from_cfg(shrink(cfg, root, tmp_path / name.replace('/', '_')))
    snapshot = Snapshot()
    runner.register_hook(snapshot)
    runner.train()

    assert runner.iter == 2
    after = runner.model.state_dict()
    frozen = {key for key, value in runner.model.named_parameters() if not value.requires_grad}
    moved = {key for key in after if not torch.equal(snapshot.weights[key], after[key])}
    assert not moved & frozen
    assert {key for key, value in runner.model.named_parameters() if value.requires_grad} <= moved
    assert all(bool(value.isfinite().all()) for value in after.values())
    assert 0 <= runner.message_hub.get_scalar('val/multi-label/mAP').current() <= 100

    metrics = runner.test()
    assert 0 <= metrics['mIoU'] <= 100 and 0 <= metrics['best_thr'] < 1
    assert 0 <= metrics['multi-label/mAP'] <= 100
    assert list((tmp_path / name.replace('/', '_')).rglob('cam_curve.json'))


def write_cams(root, folder, classes):
    """CAMs made from the masks, with some noise."""
    rng = np.random.default_rng(0)
    ids = PascalVOCDataset.METAINFO['classes']
    for path in sorted((root / 'SegmentationClass').glob('*.png')):
        mask = np.asarray(Image.open(path))
        keys = [index for index, name in enumerate(classes) if (mask == ids.index(name)).any()]
        cam = np.stack([(mask == ids.index(classes[key]))[::4, ::4] * 0.5 for key in keys])
        write_cam(folder / f'{path.stem}.npz', cam + rng.uniform(0, 0.5, cam.shape), keys, mask.shape, classes)


@pytest.mark.parametrize('name', IRNETS)
def test_irnet(name, tmp_path):
    cfg = Config.fromfile(REPO / 'configs' / name)
    classes = cfg.train_dataloader.dataset.get('metainfo', {}).get('classes', PascalVOCDataset.METAINFO['classes'])[1:]
    root = write_tiny_voc(tmp_path / 'data', classes=classes)
    write_cams(root, tmp_path / 'cams', classes)
    cfg = shrink(cfg, root, tmp_path / name.replace('/', '_'))
    cfg.train_dataloader.dataset.seg_map_dir = str(root / 'SegmentationClass')
    cfg.test_dataloader.dataset.cam_dir = str(tmp_path / 'cams')
    cfg.test_evaluator[1].output_dir = str(tmp_path / 'pseudo labels')
    runner = Runner.from_cfg(cfg)
    snapshot = Snapshot()
    runner.register_hook(snapshot)
    runner.train()

    assert runner.iter == 2
    after = runner.model.state_dict()
    moved = {key for key in after if not torch.equal(snapshot.weights[key], after[key])}
    heads = {key for key in after if key.startswith('head.')}
    assert moved == heads  # the mean displacement included
    saved = torch.load(tmp_path / name.replace('/', '_') / 'epoch_1.pth', weights_only=False)['state_dict']
    torch.testing.assert_close(saved['head.running_mean'], after['head.running_mean'])

    metrics = runner.test()
    assert 0 <= metrics['mIoU'] <= 100 and metrics['images'] == 3
    assert list((tmp_path / name.replace('/', '_')).rglob('walk_curve.json'))
    ids = {PascalVOCDataset.METAINFO['classes'].index(label) for label in ('background', *classes)}
    written = sorted((tmp_path / 'pseudo labels').glob('*.png'))
    assert len(written) == 3
    for path in written:
        image = Image.open(path)
        assert image.mode == 'P' and set(np.unique(np.asarray(image))) <= ids


def segmentor_config(name, tmp_path):
    cfg = Config.fromfile(REPO / 'configs' / name)
    classes = cfg.train_dataloader.dataset.get('metainfo', {}).get('classes', PascalVOCDataset.METAINFO['classes'])[1:]
    root = write_tiny_voc(tmp_path / 'data', classes=classes)
    labels = 'SegmentationClassAug' if name.endswith(('_voc_full.py', '_voc6_full.py')) else 'SegmentationClass'
    if name.endswith('_full.py'):
        assert cfg.train_dataloader.dataset.seg_map_dir is None
        (root / 'SegmentationClass').rename(root / labels)  # hide what must not be read
    cfg = shrink(cfg, root, tmp_path / name.replace('/', '_'))
    for loader in (cfg.val_dataloader, cfg.test_dataloader):
        loader.dataset.seg_map_dir = str(root / labels)
    if not name.endswith('_full.py'):
        cfg.train_dataloader.dataset.seg_map_dir = str(root / labels)
    return cfg


@pytest.mark.parametrize('name', SEGMENTORS)
def test_segmentor(name, tmp_path):
    runner = Runner.from_cfg(segmentor_config(name, tmp_path))
    snapshot = Snapshot()
    runner.register_hook(snapshot)
    runner.train()

    assert runner.iter == 2
    after = runner.model.state_dict()
    moved = {key for key in after if not torch.equal(snapshot.weights[key], after[key])}
    learning = {key for key, value in runner.model.named_parameters() if value.requires_grad}
    assert learning <= moved and all(bool(value.isfinite().all()) for value in after.values())
    assert (tmp_path / name.replace('/', '_') / 'iter_2.pth').is_file()
    assert 0 <= runner.message_hub.get_scalar('val/mIoU').current() <= 100
    assert 0 <= runner.test()['mIoU'] <= 100


@pytest.mark.parametrize('name', [name for name in SEGMENTORS if not name.endswith('_full.py')])
def test_segmentor_with_augmentation(name, tmp_path):
    cfg = segmentor_config(name, tmp_path)
    augment(cfg)
    cfg.test_dataloader.dataset.indices = 2
    assert 0 <= Runner.from_cfg(cfg).test()['mIoU'] <= 100


def test_there_are_the_configs_of_table_1():
    assert {'cam_r50_voc.py', 'cam_gmp_r50_voc.py', 'hspp_r50_voc.py', 'vwe_r50_voc.py', 'vwe_hspp_r50_voc.py',
            'vwe_hspp_r101_voc.py'} <= set(CONFIGS)
    for folder in ('voc6', 'mini'):
        assert len([name for name in CLASSIFIERS if name.startswith(f'{folder}/')]) >= 4
    assert len(IRNETS) == 3
    assert len(SEGMENTORS) == 6


def test_the_published_settings():
    cfg = Config.fromfile(REPO / 'configs/vwe_hspp_r50_voc.py')
    assert cfg.optim_wrapper.optimizer == dict(type='SGD', lr=0.1, momentum=1e-4, weight_decay=1e-4)
    assert cfg.optim_wrapper.paramwise_cfg.custom_keys.backbone.lr_mult == 0.1
    assert cfg.train_cfg.max_epochs == cfg.param_scheduler[0].end == 6 and cfg.param_scheduler[0].power == 0.9
    assert cfg.train_dataloader.batch_size == 16
    assert cfg.model.backbone.strides == (1, 2, 2, 1) and cfg.model.backbone.dilations == (1, 1, 1, 1)
    assert cfg.model.backbone.frozen_stages == 2 and cfg.model.backbone.norm_eval
    assert cfg.model.neck.levels == (1, 2, 4) and cfg.model.neck.gamma == 2.0
    assert set(cfg.model.test_cfg.scales) == {0.5, 1.0, 1.5, 2.0} and cfg.model.test_cfg.bg_thr == 0.14
    irnet = Config.fromfile(REPO / 'configs/irnet_r50_voc.py')
    assert irnet.optim_wrapper.optimizer == dict(type='SGD', lr=0.1, momentum=1e-4, weight_decay=1e-4)
    assert irnet.optim_wrapper.paramwise_cfg.custom_keys['head.displacement'].lr_mult == 10
    assert irnet.train_cfg.max_epochs == irnet.param_scheduler[0].end == 3
    assert irnet.train_dataloader.batch_size == 32 and irnet.model.head.radius == 10
    assert irnet.model.test_cfg == dict(min_size=512, radius=5, beta=10, steps=256, bg_thr=0.25)
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
