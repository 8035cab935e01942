"""tools/make_masks.py on tiny data."""
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from message_names import message_names
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS, MODELS
from PIL import Image
from reference_network import REPO
from run_tool import run_inside, run_process
from tiny_voc import write_tiny_voc

from mmwsss.models import PAR

CLASSES = ('bus', 'car', 'cat', 'cow', 'dog', 'horse')
VALUES = np.array([0, 6, 7, 8, 10, 12, 13])  # VOC's own ids of background and these classes
IDS = [f'2007_{index:06d}' for index in range(6)]


@pytest.fixture(scope='module')
def folder(tmp_path_factory) -> Path:
    """Six images without masks, and a segmentor with random weights."""
    folder = tmp_path_factory.mktemp('masks with space')
    write_tiny_voc(folder / 'data', CLASSES, images=6)
    for mask in (folder / 'data').rglob('*.png'):
        mask.unlink()
    (folder / 'segmentor.py').write_text(f"""\
_base_ = {str(REPO / 'configs/mini/deeplabv2_r18_mini.py')!r}
model = dict(backbone=dict(init_cfg=None))
data = dict(data_root='data', ann_file='ImageSets/Segmentation/train.txt')
train_dataloader = dict(batch_size=2, dataset=data)
val_dataloader = dict(dataset=data)
test_dataloader = dict(dataset=data)
""")
    init_default_scope('mmseg')
    torch.manual_seed(3)
    model = MODELS.build(Config.fromfile(folder / 'segmentor.py').model)
    torch.save(dict(state_dict=model.state_dict()), folder / 'segmentor.pth')
    return folder


@pytest.fixture
def there(folder, monkeypatch):
    monkeypatch.chdir(folder)
    return folder


def masks(folder: Path) -> list[np.ndarray]:
    return [np.array(Image.open(folder / f'{name}.png')) for name in IDS]


def predicted(folder: Path) -> list:
    """Data samples of the model itself."""
    cfg = Config.fromfile('segmentor.py')
    cfg.test_dataloader.dataset.pipeline = [
        step for step in cfg.test_dataloader.dataset.pipeline if step.type != 'LoadMask']
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    model = MODELS.build(cfg.model).eval()
    model.load_state_dict(torch.load('segmentor.pth')['state_dict'])
    return [model.test_step(dict(inputs=[item['inputs']], data_samples=[item['data_samples']]))[0]
            for item in map(dataset.__getitem__, range(len(dataset)))]


def test_masks_are_what_the_model_predicts(there, capsys, monkeypatch):
    done = run_process('make_masks.py', 'segmentor.py', 'segmentor.pth', '--out', 'masks', cwd=there)
    assert done.status == 0, done.err[-2000:]
    assert re.search(r'\bmasks: 6 images, 6\b', done.out)
    samples, found = predicted(there), masks(there / 'masks')
    assert len({label for mask in found for label in np.unique(mask).tolist()}) > 1
    for sample, mask in zip(samples, found, strict=True):
        np.testing.assert_array_equal(mask, VALUES[sample.pred_sem_seg.data[0].numpy()])

    (there / 'masks' / f'{IDS[2]}.png').unlink()
    done = run_inside(capsys, monkeypatch, 'make_masks.py', 'segmentor.py', 'segmentor.pth', '--out', 'masks')
    assert done.status == 0 and re.search(r'\bmasks: 6 images, 1\b', done.out)
    np.testing.assert_array_equal(masks(there / 'masks'), found)

    done = run_inside(capsys, monkeypatch, 'make_masks.py', 'segmentor.py', 'segmentor.pth', '--out', 'masks', '--tta')
    assert done.status == 1 and re.search(message_names('masks', 'pipeline'), done.err)


def test_refined_masks(there, capsys, monkeypatch):
    settings = dict(dilations=(1, 2), steps=4)
    done = run_inside(capsys, monkeypatch, 'make_masks.py', 'segmentor.py', 'segmentor.pth', '--out', 'refined',
                      '--refine', 'PAR', 'dilations=1,2', 'steps=4')
    assert done.status == 0, done.err[-2000:]
    assert 'Warning' not in done.err
    for sample, mask in zip(predicted(there), masks(there / 'refined'), strict=True):
        image = torch.from_numpy(np.array(Image.open(sample.img_path).convert('RGB')).transpose(2, 0, 1).copy())
        scores = PAR(**settings).refine(image, sample.seg_logits.data.float().softmax(dim=0))
        np.testing.assert_array_equal(mask, VALUES[scores.argmax(dim=0).numpy()])


def test_test_time_augmentation_needs_no_masks(there, capsys, monkeypatch):
    done = run_inside(capsys, monkeypatch, 'make_masks.py', 'segmentor.py', 'segmentor.pth', '--out', 'augmented',
                      '--tta')
    assert done.status == 0, done.err[-2000:]
    assert all(mask.shape == (48, 64) for mask in masks(there / 'augmented'))


@pytest.mark.parametrize('words, named', [(['Sharpen'], 'PAMR'), (['PAR', 'rounds=3'], 'rounds')])
def test_an_unknown_refinement(there, capsys, monkeypatch, words, named):
    done = run_inside(capsys, monkeypatch, 'make_masks.py', 'segmentor.py', 'segmentor.pth', '--out', 'x',
                      '--refine', *words)
    assert done.status == 1 and re.search(message_names(*words[0].split(), named), done.err)
    assert not (there / 'x').exists()


def test_a_data_set_that_does_not_name_its_images(there, capsys, monkeypatch):
    (there / 'of_mmseg.py').write_text("""\
_base_ = 'segmentor.py'
test_dataloader = dict(dataset=dict(_delete_=True, type='BaseSegDataset', data_root='data', data_prefix=dict(
    img_path='JPEGImages'), metainfo=dict(classes=('background', *'abcdef')), pipeline=[]))
""")
    done = run_inside(capsys, monkeypatch, 'make_masks.py', 'of_mmseg.py', 'segmentor.pth', '--out', 'y')
    assert done.status == 1 and re.search(message_names('BaseSegDataset', 'ImageLabelDataset', 'test.py'), done.err)
