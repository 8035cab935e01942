"""What stops a run before it starts."""
import json

import numpy as np
import pytest
from message_names import message_names
from PIL import Image
from reference_network import REPO
from tiny_voc import write_tiny_voc

from mmwsss.datasets.sub_categories import write_sub_categories
from mmwsss.engine.checkpoints import write_checkpoint
from mmwsss.engine.config import load_config
from mmwsss.engine.runner import build_runner
from mmwsss.pseudo_labels.cue_file import write_cues
from mmwsss.pseudo_labels.score_file import write_scores
from mmwsss.utils.errors import InputError

CLASSES = ('bus', 'car', 'cat', 'cow', 'dog', 'horse')  # of the drawn sample
ALL = ('background', *CLASSES)
SIZE = (48, 64)


@pytest.fixture
def root(tmp_path):
    """A data set of the drawn sample's classes, with a folder `files` for each image's labels."""
    (tmp_path / 'files').mkdir()
    return write_tiny_voc(tmp_path / 'data', CLASSES, images=4, size=SIZE, ids=ALL)


def build(config, root, loops=('train', ), **options):
    """The runner of a mini config on the data set."""
    options = {'train_dataloader.dataset.data_root': str(root), 'train_dataloader.batch_size': 2,
               'model.backbone.init_cfg': None, 'custom_hooks': [], **options}
    cfg = load_config(str(REPO / f'configs/mini/{config}.py'), options, work_dir=str(root.parent / 'work'))
    cfg.experiment_name = cfg.visualizer.name = root.parent.name  # MMEngine keeps them by name
    return build_runner(cfg, loops, strict=False)


def labels_of(root):
    return json.loads((root / 'image_labels.json').read_text())


def write_files(root, kind, classes=CLASSES, size=SIZE):
    """The label files of all images, as of a data set with these classes, or of images of this size."""
    folder = root.parent / 'files'
    for name, labels in labels_of(root).items():
        keys = np.array([CLASSES.index(label) for label in labels])
        if kind == 'scores':
            write_scores(folder / f'{name}.npz', np.full((2, 1 + len(keys), *size), 0.5, np.float32), keys, classes)
        elif kind == 'cues':
            cues = np.zeros((1 + len(classes), 5, 5), np.uint8)
            cues[keys + 1, 2, 2] = 1
            write_cues(folder / f'{name}.npz', cues, ('background', *classes))
        else:
            Image.fromarray(np.full(size, keys[0] + 1, np.uint8)).save(folder / f'{name}.png')
    return {'train_dataloader.dataset.seg_map_dir': str(folder)}


FOLDERS = [('affinitynet_r18_mini', 'scores'), ('sec_r18_mini', 'cues'), ('irnet_r18_mini', 'masks')]


@pytest.mark.parametrize(('config', 'kind'), FOLDERS)
def test_label_files_that_fit(root, config, kind):
    assert len(build(config, root, **write_files(root, kind)).train_dataloader.dataset) == 4


@pytest.mark.parametrize(('config', 'kind'), FOLDERS[:2])
def test_label_files_of_another_data_set_are_named(root, config, kind):
    other = ('van', *CLASSES[1:])
    with pytest.raises(InputError, match=message_names('files/2007_000000.npz', 'van', 'bus')):
        build(config, root, **write_files(root, kind, other))


@pytest.mark.parametrize(('config', 'kind'), FOLDERS[:2])
def test_label_files_of_other_image_labels_are_named(root, config, kind):
    """Those of another data set with the same classes, names and sizes."""
    options = write_files(root, kind)
    labels = labels_of(root)
    name, own = next(iter(labels.items()))
    labels[name] = [other for other in CLASSES if other not in own][:1]
    (root / 'image_labels.json').write_text(json.dumps(labels))
    with pytest.raises(InputError, match=message_names(f'files/{name}.npz', own[0])):
        build(config, root, **options)


@pytest.mark.parametrize(('config', 'kind'), [FOLDERS[0], FOLDERS[2]])
def test_label_files_of_another_size_are_named(root, config, kind):
    name = 'files/2007_000000' + ('.png' if kind == 'masks' else '.npz')
    with pytest.raises(InputError, match=message_names(name, '2007_000000.jpg', *SIZE, 40)):
        build(config, root, **write_files(root, kind, size=(40, 64)))


def test_label_files_of_another_stage_are_named(root):
    with pytest.raises(InputError, match=message_names('files/2007_000000.npz')):
        build('affinitynet_r18_mini', root, **write_files(root, 'cues'))


@pytest.mark.parametrize(('config', 'kind', 'named'), [
    ('affinitynet_r18_mini', 'scores', 'affinity_label'), ('sec_r18_mini', 'cues', 'cues'),
    ('irnet_r18_mini', 'masks', 'LoadMask'), ('amn_r18_mini', 'masks', 'LoadMask')])
def test_a_training_that_loads_no_label_files_is_named(root, config, kind, named):
    pipeline = [dict(type='LoadImage'), dict(type='PackImageLabelInputs')]
    with pytest.raises(InputError, match=message_names('.jpg', named)):
        build(config, root, **write_files(root, kind), **{'train_dataloader.dataset.pipeline': pipeline})


def test_validation_masks_of_another_size_are_named_before_the_training(root):
    options = {**write_files(root, 'masks'), 'val_dataloader.dataset.data_root': str(root)}
    build('deeplabv2_r18_mini', root, ('train', 'val'), **options)
    for path in (root / 'SegmentationClass').iterdir():
        Image.fromarray(np.zeros((20, 30), np.uint8)).save(path)
    with pytest.raises(InputError, match=message_names('SegmentationClass', '20 x 30', f'{SIZE[0]} x {SIZE[1]}')):
        build('deeplabv2_r18_mini', root, ('train', 'val'), **options)


def test_another_number_of_sub_categories_is_named(root):
    rows = np.zeros((4, len(CLASSES) * 2), np.uint8)
    labels = labels_of(root)
    for row, own in zip(rows, labels.values(), strict=True):
        row[[2 * CLASSES.index(label) + 1 for label in own]] = 1
    file = root.parent / 'sub_categories.json'
    write_sub_categories(file, list(labels), rows, CLASSES)
    options = {'train_dataloader.dataset.sub_category_file': str(file)}
    with pytest.raises(InputError, match=message_names(12, 6, 3, 'head.sub_categories')):
        build('sccam_r18_mini', root, **options)
    assert build('sccam_r18_mini', root, **options, **{'model.head.sub_categories': 2}).model.head.sub_categories == 2


def test_a_codebook_of_another_size_is_named_with_its_file(root):
    head, path = build('vwe_r18_mini', root).model.head, root.parent / 'words.pth'
    weights = {f'head.{name}': value for name, value in head.state_dict().items()}
    write_checkpoint(path, {**weights, 'head.encoder.codebook.words': head.encoder.codebook.words[:8]})
    with pytest.raises(InputError, match=message_names(path, '8 x', '256 x')):
        build('vwe_r18_mini', root, load_from=str(path))


def test_a_device_without_autocast_is_named(root, monkeypatch):
    monkeypatch.setattr('mmwsss.engine.mixed_precision.get_device', lambda: 'meta')
    with pytest.raises(InputError, match=message_names('test_cfg.autocast', 'bfloat16', 'meta')):
        build('cam_r18_mini', root, **{'model.test_cfg.autocast': 'bfloat16'})
    assert build('cam_r18_mini', root).model.test_cfg['autocast'] is None


def test_trying_images_changes_no_training(root, monkeypatch):
    """The order and the crops of the first batch follow the seed alone."""
    tried = next(iter(build('cam_r18_mini', root).train_dataloader))
    monkeypatch.setattr('mmwsss.engine.runner.try_images', lambda dataset: [])
    plain = next(iter(build('cam_r18_mini', root).train_dataloader))
    assert len(plain['inputs']) == 2
    assert all(one.equal(other) for one, other in zip(tried['inputs'], plain['inputs'], strict=True))


def test_a_training_that_diverges_ends_at_once(root):
    options = {'optim_wrapper.optimizer.lr': 1e30, 'val_cfg': None, 'val_dataloader': None, 'val_evaluator': None}
    runner = build('cam_r18_mini', root, **options)
    with pytest.raises(InputError, match=message_names('diverged', 'loss', 'nan', 'iteration', 'lr')):
        runner.train()
    assert runner.epoch == 0 and not list((root.parent / 'work').glob('*.pth'))
