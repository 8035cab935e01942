"""Every config builds, trains for two iterations, validates and tests on drawn images."""
import json

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmseg.datasets import PascalVOCDataset
from mmseg.registry import DATASETS, MODELS
from PIL import Image
from reference_network import REPO
from tiny_voc import write_tiny_voc

from mmwsss.datasets.sub_categories import write_sub_categories
from mmwsss.engine.evaluation_options import augment
from mmwsss.pseudo_labels import write_cam
from mmwsss.pseudo_labels.cue_file import write_cues
from mmwsss.pseudo_labels.score_file import write_scores

CONFIGS = sorted(path.relative_to(REPO / 'configs').as_posix() for path in (REPO / 'configs').rglob('*.py')
                 if '_base_' not in path.parts and not path.name.startswith(('compare', 'pipeline')))
WHOLE = {name: Config.fromfile(REPO / 'configs' / name) for name in CONFIGS}
NETWORKS = {name: cfg.model for name, cfg in WHOLE.items()}
CLASSIFIERS = [name for name, model in NETWORKS.items() if model.type == 'CAMClassifier']
ONE_STAGE = [name for name, model in NETWORKS.items() if model.type == 'OneStageSegmentor']
SEGMENTORS = [name for name, model in NETWORKS.items() if 'decode_head' in model and name not in ONE_STAGE]
REFINERS = [name for name in CONFIGS if name not in CLASSIFIERS + SEGMENTORS + ONE_STAGE]


def what_is_trained(cfg: Config) -> str:
    """Everything that a training of two iterations tries, without what only its data decide."""
    steps = [step['type'] for step in cfg.train_dataloader.dataset.pipeline]
    metrics = cfg.test_evaluator if isinstance(cfg.test_evaluator, list) else [cfg.test_evaluator]
    return json.dumps([_without_data(cfg.model.to_dict()), cfg.optim_wrapper.to_dict(), steps,
                       [metric['type'] for metric in metrics]], sort_keys=True, default=str)


def _without_data(part):
    if isinstance(part, dict):
        return {key: _without_data(value) for key, value in part.items()
                if key not in ('num_classes', 'mean', 'std', 'init_cfg')}
    return [_without_data(value) for value in part] if isinstance(part, list | tuple) else part


# Name of a config -> the first one with the same training, e.g. VOC's of COCO's. Only that one is trained.
_FIRST: dict[str, str] = {}
TWINS = {name: _FIRST.setdefault(what_is_trained(WHOLE[name]), name) for name in sorted(
    WHOLE, key=lambda name: (any(part in name for part in ('coco', '_full', 'scribbles')), name))}


def trained(names):
    """Those without an earlier twin."""
    return [name for name in names if TWINS[name] == name]


@pytest.fixture(autouse=True)
def _plain_config_texts(monkeypatch):
    """MMEngine's formatting of a config, for the log, takes as long as the training."""
    def unchanged(text, **kwargs):
        return text, False
    monkeypatch.setattr('yapf.yapflib.yapf_api.FormatCode', unchanged)
    monkeypatch.setattr('mmengine.config.config.FormatCode', unchanged, raising=False)


def shrink(cfg: Config, root, work_dir) -> Config:
    """Use the drawn data in a config, and make everything small except the network's structure."""
    cfg.work_dir = str(work_dir)
    cfg.experiment_name = work_dir.name
    cfg.model.backbone.init_cfg = None  # no download
    if 'decode_head' in cfg.model:
        cfg.model.decode_head.init_cfg = None
    cfg.load_from = None
    if 'init_cfg' in cfg.model:
        cfg.model.init_cfg = None
    if len(cfg.model.get('test_cfg', {}).get('scales', ())) > 2:
        cfg.model.test_cfg.scales = cfg.model.test_cfg.scales[:2]
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
            if 'RandomResizedCrop' in step['type']:
                step.update(scale=64)
            if step['type'] == 'Resize':
                step.update(scale=(65, 65))
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


def write_made_labels(cfg: Config, root, folder) -> None:
    """Write the labels that an earlier stage makes of the images, where a classifier's config reads some."""
    dataset = cfg.train_dataloader.dataset
    if dataset.get('sub_category_file'):
        labels = json.loads((root / 'image_labels.json').read_text())
        classes = dataset.get('metainfo', {}).get('classes', PascalVOCDataset.METAINFO['classes'])[1:]
        multi_hot = np.array([[name in found for name in classes] for found in labels.values()])
        dataset.sub_category_file = str(folder / 'sub_categories.json')
        write_sub_categories(dataset.sub_category_file, list(labels), np.kron(
            multi_hot, np.arange(cfg.model.head.sub_categories) == 1), classes)
    if dataset.get('seg_map_dir'):  # AMN's seed labels
        dataset.seg_map_dir = str(root / 'SegmentationClass')


def all_classes(dataset) -> tuple[str, ...]:
    """The classes of a config's data set, in the order of the masks' ids."""
    return tuple(DATASETS.get(dataset.type).METAINFO.get('classes') or PascalVOCDataset.METAINFO['classes'])


def write_images(dataset, root):
    """Write images of the classes of a config's data set; return the folder and the classes without the background."""
    ids = all_classes(dataset)
    classes = dataset.get('metainfo', {}).get('classes', ids)[1:]
    return write_tiny_voc(root, classes, ids=ids, image_folder=dataset.data_prefix.img_path), classes


class Snapshot(Hook):
    """Keeps the weights that training starts from."""

    def before_train(self, runner: Runner) -> None:
        self.weights = {key: value.clone() for key, value in runner.model.state_dict().items()}


@pytest.mark.parametrize('name', trained(CLASSIFIERS))
def test_classifier(name, tmp_path):
    cfg = Config.fromfile(REPO / 'configs' / name)
    root, _ = write_images(cfg.train_dataloader.dataset, tmp_path / 'data')
    write_made_labels(cfg, root, tmp_path)
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


def write_cams(root, folder, classes, ids):
    """CAMs made from the masks, with some noise."""
    rng = np.random.default_rng(0)
    for path in sorted((root / 'SegmentationClass').glob('*.png')):
        mask = np.asarray(Image.open(path))
        keys = [index for index, name in enumerate(classes) if (mask == ids.index(name)).any()]
        cam = np.stack([(mask == ids.index(classes[key]))[::4, ::4] * 0.5 for key in keys])
        write_cam(folder / f'{path.stem}.npz', cam + rng.uniform(0, 0.5, cam.shape), keys, mask.shape, classes)


def write_score_files(root, folder, classes, ids):
    """Scores made from the masks."""
    for path in sorted((root / 'SegmentationClass').glob('*.png')):
        mask = np.asarray(Image.open(path))
        keys = [index for index, name in enumerate(classes) if (mask == ids.index(name)).any()]
        scores = np.stack([mask == 0, *(mask == ids.index(classes[key]) for key in keys)]).astype(np.float32)
        write_scores(folder / f'{path.stem}.npz', np.stack([scores, scores]), np.array(keys), classes)


@pytest.mark.parametrize('name', trained(REFINERS))
def test_refiner(name, tmp_path):
    cfg = Config.fromfile(REPO / 'configs' / name)
    root, classes = write_images(cfg.train_dataloader.dataset, tmp_path / 'data')
    ids = all_classes(cfg.train_dataloader.dataset)
    write_cams(root, tmp_path / 'cams', classes, ids)
    cfg = shrink(cfg, root, tmp_path / name.replace('/', '_'))
    labels = root / 'SegmentationClass'
    if cfg.train_dataloader.dataset.get('seg_map_suffix') == '.npz':  # AffinityNet
        labels = tmp_path / 'scores'
        write_score_files(root, labels, classes, ids)
    cfg.train_dataloader.dataset.seg_map_dir = str(labels)
    cfg.test_dataloader.dataset.cam_dir = str(tmp_path / 'cams')
    cfg.test_evaluator[1].output_dir = str(tmp_path / 'pseudo labels')
    runner = Runner.from_cfg(cfg)
    snapshot = Snapshot()
    runner.register_hook(snapshot)
    runner.train()

    assert runner.iter == 2
    after = runner.model.state_dict()
    moved = {key for key in after if not torch.equal(snapshot.weights[key], after[key])}
    heads = {key for key in after if key.startswith('head.')}  # the mean displacement included
    assert moved == heads | {key for key, value in runner.model.named_parameters() if value.requires_grad}
    assert all(bool(value.isfinite().all()) for value in after.values())
    saved = torch.load(tmp_path / name.replace('/', '_') / 'epoch_1.pth', weights_only=False)['state_dict']
    for key in heads:
        torch.testing.assert_close(saved[key], after[key])

    metrics = runner.test()
    assert 0 <= metrics['mIoU'] <= 100 and metrics['images'] == 3
    assert list((tmp_path / name.replace('/', '_')).rglob('walk_curve.json'))
    values = {ids.index(label) for label in ('background', *classes)}
    written = sorted((tmp_path / 'pseudo labels').glob('*.png'))
    assert len(written) == 3
    for path in written:
        image = Image.open(path)
        assert image.mode == 'P' and set(np.unique(np.asarray(image))) <= values


def write_cue_files(root, folder, classes, ids):
    """Cues made from the masks."""
    for path in sorted((root / 'SegmentationClass').glob('*.png')):
        small = np.asarray(Image.open(path))[::6, ::8]
        cues = np.stack([small == 0, *(small == ids.index(name) for name in classes)])
        write_cues(folder / f'{path.stem}.npz', cues, ('background', *classes))


def segmentor_config(name, tmp_path):
    cfg = Config.fromfile(REPO / 'configs' / name)
    root, classes = write_images(cfg.train_dataloader.dataset, tmp_path / 'data')
    labels = cfg.train_dataloader.dataset.data_prefix.seg_map_path
    if name.endswith('_full.py'):
        assert cfg.train_dataloader.dataset.seg_map_dir is None
        (root / 'SegmentationClass').rename(root / labels)  # hide what must not be read
    cfg = shrink(cfg, root, tmp_path / name.replace('/', '_'))
    for loader in (cfg.val_dataloader, cfg.test_dataloader):
        loader.dataset.seg_map_dir = str(root / labels)
    if cfg.train_dataloader.dataset.get('seg_map_suffix') == '.npz':  # SEC, DSRG
        cfg.train_dataloader.dataset.seg_map_dir = str(tmp_path / 'cues')
        write_cue_files(root, tmp_path / 'cues', classes, all_classes(cfg.train_dataloader.dataset))
    elif not name.endswith('_full.py'):
        cfg.train_dataloader.dataset.seg_map_dir = str(root / labels)
    return cfg


@pytest.mark.parametrize('name', trained(SEGMENTORS))
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


@pytest.mark.parametrize('name', trained(ONE_STAGE))
def test_one_stage(name, tmp_path):
    cfg = Config.fromfile(REPO / 'configs' / name)
    root, _ = write_images(cfg.train_dataloader.dataset, tmp_path / 'data')
    cfg = shrink(cfg, root, tmp_path / name.replace('/', '_'))
    cfg.model.train_cfg.warmup_epochs = 0
    if cfg.model.test_cfg.get('pad_size'):
        cfg.model.test_cfg.pad_size = 80
    cfg.optim_wrapper.optimizer.lr = max(cfg.optim_wrapper.optimizer.lr, 0.01)  # see test_classifier
    runner = Runner.from_cfg(cfg)
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
    assert runner.message_hub.get_scalar('train/loss_mask').current() >= 0
    assert 0 <= runner.message_hub.get_scalar('val/multi-label/mAP').current() <= 100
    metrics = runner.test()
    assert 0 <= metrics['mIoU'] <= 100 and 0 <= metrics['multi-label/mAP'] <= 100


@pytest.mark.parametrize('name', sorted(set(CONFIGS) - set(trained(CONFIGS))))
def test_a_twin_builds_and_reads_its_data(name, tmp_path):
    cfg = WHOLE[name].copy()
    root, classes = write_images(cfg.train_dataloader.dataset, tmp_path / 'data')
    labels = root / cfg.train_dataloader.dataset.data_prefix.get('seg_map_path', 'SegmentationClass')
    if not labels.is_dir():
        (root / 'SegmentationClass').rename(labels)
    cfg = shrink(cfg, root, tmp_path / 'work')
    if cfg.train_dataloader.dataset.get('seg_map_dir'):
        cfg.train_dataloader.dataset.seg_map_dir = str(labels)
    init_default_scope('mmseg')
    model = MODELS.build(cfg.model)
    head = model.decode_head if 'decode_head' in cfg.model else model.head
    if hasattr(head, 'num_classes'):
        assert head.num_classes == len(classes) + ('decode_head' in cfg.model)
    sample = DATASETS.build(cfg.train_dataloader.dataset)[0]
    assert sample['inputs'].shape == (3, 64, 80)


# The augmentation does not see the network; one that was published, and all kinds.
@pytest.mark.parametrize('name', ['deeplabv2_r101_voc.py', *(name for name in trained(SEGMENTORS) if 'mini/' in name)])
def test_segmentor_with_augmentation(name, tmp_path):
    cfg = segmentor_config(name, tmp_path)
    augment(cfg)
    cfg.test_dataloader.dataset.indices = 2
    assert 0 <= Runner.from_cfg(cfg).test()['mIoU'] <= 100


def test_there_are_the_configs_of_table_1():
    assert {'cam_r50_voc.py', 'cam_gmp_r50_voc.py', 'hspp_r50_voc.py', 'vwe_r50_voc.py', 'vwe_hspp_r50_voc.py',
            'vwe_hspp_r101_voc.py'} <= set(CONFIGS)
    for folder in ('voc6', 'voc20', 'mini'):
        assert len([name for name in CLASSIFIERS if name.startswith(f'{folder}/')]) >= 4
    assert len(REFINERS) == 12
    assert len(SEGMENTORS) == 24


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
    assert boundary.model.test_cfg == dict(min_size=512, radius=5, beta=5, steps=256, bg_thr=0.25)
    assert [step['type'] for step in boundary.train_dataloader.dataset.pipeline][:4] == [
        'LoadImage', 'LoadMask', 'BoundaryLabels', 'RandomScale']
    assert Config.fromfile(REPO / 'configs/bes_r50_voc.py').model.neck == dict(type='AttentionPooling', scale=1e-3)


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
    steps = {step['type']: step for step in amn.train_dataloader.dataset.pipeline}
    assert (steps['RandomScale'].min_scale, steps['RandomScale'].max_scale) == (0.5, 1.5) and 'LoadMask' in steps
    init_default_scope('mmseg')
    head = MODELS.build(amn.model.head)
    assert len(head.pixels.branches) == 4 and head.dropout.p == 0.1 and head.pixels.loss_decode.smoothing == 0.4


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
