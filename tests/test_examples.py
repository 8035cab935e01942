"""The pages' examples of components in your own configs, of stages and of methods."""
import os
import re
import subprocess
import sys
from pathlib import Path

import mmseg
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.model import revert_sync_batchnorm
from mmengine.registry import init_default_scope
from mmpretrain.registry import MODELS as PRETRAIN_MODELS
from mmpretrain.structures import DataSample
from mmseg.registry import DATASETS, MODELS
from pages import blocks, example
from reference_network import REPO, samples
from tiny_voc import CLASSES, write_tiny_voc

from mmwsss.pipeline import Launcher, make_plan, run_pipeline
from mmwsss.registry import STAGES

COMPONENTS = REPO / 'mmwsss' / 'README.md'


def config(title: str, folder: Path, **changes) -> Config:
    """The components' config under a heading, made small."""
    path = folder / 'example.py'
    upstream = str(Path(mmseg.__file__).parent / '.mim')
    path.write_text(example(COMPONENTS, title).replace('/path/to/mmsegmentation', upstream))
    cfg = Config.fromfile(path)
    cfg.merge_from_dict(changes)
    return cfg


def test_hspp_as_the_neck_of_a_classifier_of_mmpretrain(tmp_path):
    init_default_scope('mmpretrain')
    model = PRETRAIN_MODELS.build(config("HSPP as the neck of MMPretrain's ImageClassifier", tmp_path).model)
    labelled = [DataSample().set_gt_label([0, 3]), DataSample().set_gt_label([19])]
    losses = model(torch.randn(2, 3, 64, 64), labelled, mode='loss')
    losses['loss'].backward()
    assert losses['loss'] > 0 and model.backbone.conv1.weight.grad.abs().sum() > 0


def test_visual_words_on_a_swin_transformer(tmp_path):
    init_default_scope('mmseg')
    cfg = config('Visual words on a Swin transformer', tmp_path, **{'model.backbone.img_size': 64})
    model = MODELS.build(cfg.model)
    labels = torch.zeros(2, 20)
    labels[0, 3] = labels[0, 7] = labels[1, 14] = 1
    images, labelled = torch.randn(2, 3, 64, 64), samples(labels)
    losses = model(images, labelled, mode='loss')
    sum(losses.values()).backward()
    assert set(losses) == {'loss_cls', 'loss_word', 'loss_word_to_image'}
    assert model.backbone.stages[0].blocks[0].attn.w_msa.qkv.weight.grad.abs().sum() > 0
    found = model.eval()(images, labelled, mode='predict')
    assert found[0].cam.data.shape == (2, 16, 16) and found[1].cam_keys.tolist() == [14]


@pytest.mark.parametrize('title', ["DeepLabv2's head in a config of MMSeg", 'Pseudo labels train a PSPNet of MMSeg'])
def test_a_stock_config_of_mmseg_learns_from_pseudo_labels(tmp_path, title):
    """MMSeg's PascalVOCDataset reads a folder of palette PNGs as masks, and the loss decreases."""
    root = write_tiny_voc(tmp_path / 'data', CLASSES[1:], images=4)
    labels = (root / 'SegmentationClass').rename(tmp_path / 'pseudo_labels')
    cfg = config('Pseudo labels train a PSPNet of MMSeg', tmp_path, **{
        'train_dataloader.dataset.data_root': str(root),
        'train_dataloader.dataset.data_prefix.seg_map_path': str(labels)})
    for step in cfg.train_dataloader.dataset.pipeline:
        if 'crop_size' in step or step['type'] == 'RandomResize':
            step.update({'crop_size': (48, 64)} if 'crop_size' in step else {'scale': (64, 48)})
    init_default_scope('mmseg')
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    small = {'model.data_preprocessor.size': (48, 64), 'model.backbone.depth': 18, 'model.pretrained': None,
             'model.backbone.base_channels': 16, 'model.backbone.stem_channels': 16,
             'model.decode_head.in_channels': 128}
    if 'PSPNet' in title:
        small.update({'model.decode_head.channels': 32, 'model.auxiliary_head.in_channels': 64,
                      'model.auxiliary_head.channels': 16})
    model = revert_sync_batchnorm(MODELS.build(config(title, tmp_path, **small).model))
    assert type(model.decode_head).__name__ == ('PSPHead' if 'PSPNet' in title else 'DeepLabV2Head')
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
    items = [dataset[index] for index in range(4)]
    assert {int(value) for item in items for value in item['data_samples'].gt_sem_seg.data.unique()} - {0, 255}
    data = dict(inputs=[item['inputs'] for item in items], data_samples=[item['data_samples'] for item in items])
    losses = []
    for _ in range(6):
        found = model(**model.data_preprocessor(data, True), mode='loss')
        loss = sum(value for name, value in found.items() if 'loss' in name)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]


def test_the_cam_metric_over_cams_of_another_project(tmp_path):
    """In a process of its own: this one has the scope and imports that the program must bring."""
    root = write_tiny_voc(tmp_path / 'data', CLASSES[1:], images=3)
    (tmp_path / 'cams').mkdir()
    for index in range(3):
        high_res = np.zeros((2, 48, 64), np.float32)
        high_res[0, :, :32], high_res[1, :, 32:] = 1, 1  # where write_tiny_voc draws them
        np.save(tmp_path / 'cams' / f'2007_{index:06d}.npy', dict(keys=np.array([2 * index, 2 * index + 1]),
                                                                  high_res=high_res))
    program = example(COMPONENTS, 'Our CAM metric over CAM files of another project')
    for before, after in (('data/VOCdevkit/VOC2012', str(root)), ('/path/to/cams', str(tmp_path / 'cams'))):
        assert before in program
        program = program.replace(before, after)
    done = subprocess.run([sys.executable, '-c', program], cwd=tmp_path, env=dict(os.environ, PYTHONPATH=str(REPO)),
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = re.search(r"'mIoU': (?:np\.float64\()?([\d.]+)", done.stdout)
    # six classes with an object of 24 x 21 pixels in a half of 48 x 32 each, and no background
    assert float(found[1]) == pytest.approx(100 * 24 * 21 / (48 * 32) * 6 / 7, abs=0.01)


def test_a_pipeline_of_stages(capsys):
    """The list of stages is a valid pipeline."""
    found: dict = {}
    exec(example(REPO / 'tools' / 'README.md', "Somebody else's CAM files, refined, and a segmentor"), found)
    plan = make_plan(found['stages'], str(REPO / 'configs' / 'example.py'), 'w', dry=True)
    run_pipeline(plan, Launcher(REPO / 'tools'))
    out = capsys.readouterr().out
    assert '--cams cams_of_seam' in out and 'train_dataloader.dataset.seg_map_dir=w/pseudo_labels' in out


def test_the_guide_quotes_the_examples():
    """CONTRIBUTING shows files of tests/examples as they are; its stage is a stage."""
    shown = [block.strip() for block in blocks(REPO / '.github' / 'CONTRIBUTING.md', 'python')]
    for name in ('lse_head', 'colour_refiner', 'mean_refinement'):
        assert (REPO / 'tests' / 'examples' / f'{name}.py').read_text(encoding='utf-8').strip() in shown
    stage = next(block for block in shown if '@STAGES' in block)
    found: dict = {}
    try:
        exec(stage, found)
        stages = [dict(type='Training', name='classifier', config='vwe_hspp_r50_voc.py'),
                  dict(type='Clusters', name='clusters', network='classifier')]
        plan = make_plan(stages, str(REPO / 'configs' / 'example.py'), 'w', dry=True)
        assert plan.stages['clusters'].call(plan).arguments[1:] == [
            'w/classifier/epoch_6.pth', '--out', 'w/clusters/clusters.json']
    finally:
        STAGES.module_dict.pop('Clusters', None)
