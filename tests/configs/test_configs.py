"""Every config builds, trains for two iterations, validates and tests on drawn images."""
import json

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import Hook
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


def train(cfg: Config) -> tuple[Runner, set[str]]:
    """Train a shrunk config; all weights that are frozen stay, and those that learn move and stay finite.

    Returns:
        The runner, and the keys of what moved: weights that learn, and buffers.
    """
    runner = Runner.from_cfg(cfg)
    snapshot = Snapshot()
    runner.register_hook(snapshot)
    runner.train()
    assert runner.iter == 2
    after = runner.model.state_dict()
    moved = {key for key in after if not torch.equal(snapshot.weights[key], after[key])}
    frozen = {key for key, value in runner.model.named_parameters() if not value.requires_grad}
    assert not moved & frozen
    assert learning(runner) <= moved
    assert all(bool(value.isfinite().all()) for value in after.values())
    return runner, moved


def learning(runner: Runner) -> set[str]:
    """The keys of the weights that learn."""
    return {key for key, value in runner.model.named_parameters() if value.requires_grad}


@pytest.mark.parametrize('name', trained(CLASSIFIERS))
def test_classifier(name, tmp_path):
    cfg = Config.fromfile(REPO / 'configs' / name)
    root, _ = write_images(cfg.train_dataloader.dataset, tmp_path / 'data')
    write_made_labels(cfg, root, tmp_path)
    # two small steps would not move a float32 weight of 1
    cfg.optim_wrapper.optimizer.lr = max(cfg.optim_wrapper.optimizer.lr, 1e-3)
    runner, _ = train(shrink(cfg, root, tmp_path / name.replace('/', '_')))
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
    runner, moved = train(cfg)
    after = runner.model.state_dict()
    heads = {key for key in after if key.startswith('head.')}  # the mean displacement included
    assert moved == heads | learning(runner)
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
    runner, _ = train(segmentor_config(name, tmp_path))
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
    runner, _ = train(cfg)
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
    assert len(REFINERS) >= 13
    assert len(SEGMENTORS) >= 24
