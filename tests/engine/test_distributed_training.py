"""Two processes with half the batch each give the result of one process with the whole batch."""
import json
import os

import numpy as np
import pytest
import torch
from PIL import Image
from reference_network import REPO
from run_tool import run_process
from tiny_pipeline import CLASSES
from tiny_voc import write_tiny_voc

from mmwsss.datasets.sub_categories import write_sub_categories

COMMON = """\
_base_ = {base!r}
custom_imports = dict(imports=['mmwsss', 'average_losses'], allow_failed_imports=False)
custom_hooks = [dict(type='WriteAverageLosses')]
param_scheduler = None
optim_wrapper = dict(_delete_=True, type='OptimWrapper', optimizer=dict(type='SGD', lr=0.1))
"""
CLASSIFIER = COMMON + """\
model = dict(backbone=dict(norm_eval=True))  # batch statistics differ between ranks
train_dataloader = dict(
    batch_size={batch}, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        data_root={root!r}, indices=4,
        pipeline=[dict(type='LoadImage'), dict(type='PackImageLabelInputs')]))
val_dataloader = dict(dataset=dict(data_root={root!r}, indices=3))
train_cfg = dict(max_epochs=1, val_interval=1)
"""
IRNET = COMMON + """\
model = dict(backbone=dict(init_cfg=None), head=dict(radius=4))
train_dataloader = dict(
    batch_size={batch}, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        data_root={root!r}, seg_map_dir={root!r} + '/SegmentationClass', indices=4,
        pipeline=[dict(type='LoadImage'), dict(type='LoadMask'), dict(type='PackImageLabelInputs')]))
train_cfg = dict(max_epochs=1)
"""
SUB_CLASSIFIER = CLASSIFIER.replace("'PackImageLabelInputs'", "'PackImageLabelInputs', keys=['gt_sub_category']") + """\
model = dict(backbone=dict(norm_eval=True), head=dict(drop_ratio=0.0))  # drop-out differs between ranks
train_dataloader['dataset']['sub_category_file'] = {root!r} + '/sub_categories.json'
"""
BOUNDARY = IRNET.replace('head=dict(radius=4)', 'head=dict()').replace(
    "dict(type='LoadMask')", "dict(type='LoadMask'), dict(type='BoundaryLabels', window=13)")
SEGMENTOR = COMMON + """\
model = dict(backbone=dict(init_cfg=None, norm_eval=True))
train_dataloader = dict(
    batch_size={batch}, num_workers=0, sampler=dict(type='InfiniteSampler', shuffle=False),
    dataset=dict(
        data_root={root!r}, seg_map_dir={root!r} + '/SegmentationClass', indices=4,
        pipeline=[dict(type='LoadImage'), dict(type='LoadMask'), dict(type='PackSegInputs')]))
val_dataloader = dict(dataset=dict(data_root={root!r}, indices=3))
train_cfg = dict(max_iters=1, val_interval=1)
"""
STAGES = {
    'classifier': (CLASSIFIER, 'vwe_hspp_r18_mini.py', {'loss_cls', 'loss_word', 'loss_word_to_image'}),
    'irnet': (IRNET, 'irnet_r18_mini.py', {'loss_pos_affinity', 'loss_neg_affinity', 'loss_fg_displacement',
                                           'loss_bg_displacement'}),
    'sub_classifier': (SUB_CLASSIFIER, 'sccam_r18_mini.py', {'loss_cls', 'loss_sub_category'}),
    'boundary': (BOUNDARY, 'bes_boundary_r18_mini.py', {'loss_inner', 'loss_boundary'}),
    'segmentor': (SEGMENTOR, 'deeplabv2_r18_mini.py', {'decode.loss_ce'}),
}


def ignore_a_part(path):
    """Give ranks different numbers of pixels to average over."""
    mask = Image.open(path)
    mask.paste(255, (0, 0, mask.width, mask.height // 2))
    mask.save(path)


@pytest.fixture(scope='module', params=STAGES)
def runs(request, tmp_path_factory):
    """The work dirs of one and of two processes, after one iteration on the same four images."""
    text, base, names = STAGES[request.param]
    folder = tmp_path_factory.mktemp('distributed training')
    root = write_tiny_voc(folder / 'data', CLASSES)
    ignore_a_part(root / 'SegmentationClass' / '2007_000002.png')
    labels = json.loads((root / 'image_labels.json').read_text())
    multi_hot = np.array([[name in found for name in CLASSES] for found in labels.values()])
    write_sub_categories(root / 'sub_categories.json', list(labels), np.kron(multi_hot, [0, 1, 0]), CLASSES)
    work_dirs = dict(names=names)
    for ranks in (1, 2):
        config = folder / f'ranks_{ranks}.py'
        config.write_text(text.format(base=str(REPO / 'configs/mini' / base), root=str(root), batch=4 // ranks))
        work_dirs[ranks] = folder / f'work {ranks}'
        done = run_process('dist_train.sh', config, ranks, '--work-dir', work_dirs[ranks], cwd=folder,
                           PYTHONPATH=os.pathsep.join([str(REPO / 'tests/support'), str(REPO)]))
        assert done.status == 0, done.err[-3000:]
    return work_dirs


def test_losses(runs):
    one, two = (json.loads((runs[ranks] / 'losses.json').read_text()) for ranks in (1, 2))
    one.pop('decode.acc_seg', None)  # MMSeg's accuracy, separate for each rank
    assert set(one) == {'loss'} | runs['names']
    assert one['loss'] > 0
    for name in one:
        assert one[name] == pytest.approx(two[name], abs=1e-5)


def test_updated_weights(runs):
    one, two = (torch.load(next(runs[ranks].glob('*_1.pth')), weights_only=False)['state_dict'] for ranks in (1, 2))
    assert set(one) == set(two)
    for name in one:
        torch.testing.assert_close(one[name], two[name], atol=1e-5, rtol=0, msg=lambda text, n=name: f'{n}: {text}')
