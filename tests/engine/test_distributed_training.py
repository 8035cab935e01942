"""Two processes with half the batch each give the result of one process with the whole batch, for every method."""
import json
import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from PIL import Image
from reference_network import REPO
from tiny_pipeline import CLASSES
from tiny_voc import CLASSES as VOC
from tiny_voc import write_tiny_voc

from mmwsss.datasets.sub_categories import write_sub_categories
from mmwsss.pseudo_labels.cue_file import write_cues
from mmwsss.pseudo_labels.score_file import write_scores

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
train_cfg = dict(max_epochs=2, val_interval=1)
"""
SEAM = CLASSIFIER.replace('norm_eval=True)', 'norm_eval=True), head=dict(drop_rate=0)')  # drop-out differs as well
MEMORY_BANK = CLASSIFIER.replace('max_epochs=2', 'max_epochs=3') + """\
default_hooks = dict(logger=dict(interval=1))
custom_hooks = [dict(type='WriteAverageLosses'), dict(type='WordStatisticsHook', interval=1)]
"""  # the draw of the words, then two updates
RECAM = CLASSIFIER + """\
load_from = None
"""
IRNET = COMMON + """\
model = dict(backbone=dict(init_cfg=None), head=dict(radius=4))
train_dataloader = dict(
    batch_size={batch}, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        data_root={root!r}, seg_map_dir={root!r} + '/SegmentationClass', indices=4,
        pipeline=[dict(type='LoadImage'), dict(type='LoadMask'), dict(type='PackImageLabelInputs')]))
train_cfg = dict(max_epochs=2)
"""
AFFINITYNET = COMMON + """\
model = dict(backbone=dict(init_cfg=None, norm_eval=True), head=dict(radius=3))
train_dataloader = dict(
    batch_size={batch}, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        data_root={root!r}, seg_map_dir={root!r} + '/scores', indices=4, pipeline=[
            dict(type='LoadImage'), dict(type='LoadAffinityScores'), dict(type='AffinityLabel'),
            dict(type='PackImageLabelInputs', keys=['affinity_label'])]))
train_cfg = dict(max_epochs=2)
"""
SUB_CLASSIFIER = CLASSIFIER.replace("'PackImageLabelInputs'", "'PackImageLabelInputs', keys=['gt_sub_category']") + """\
model = dict(backbone=dict(norm_eval=True), head=dict(drop_ratio=0.0))  # drop-out differs between ranks
train_dataloader['dataset']['sub_category_file'] = {root!r} + '/sub_categories.json'
"""
BOUNDARY = IRNET.replace('head=dict(radius=4)', 'head=dict()').replace(
    "dict(type='LoadMask')", "dict(type='LoadMask'), dict(type='BoundaryLabels', window=13)")
SIPE = CLASSIFIER
AMN = CLASSIFIER.replace('norm_eval=True)', 'norm_eval=True, init_cfg=None), head=dict(drop_ratio=0.0)').replace(
    "[dict(type='LoadImage'), ", "[dict(type='LoadImage'), dict(type='LoadMask'), ") + """\
train_dataloader['dataset']['seg_map_dir'] = {root!r} + '/SegmentationClass'
"""
SEGMENTOR = COMMON + """\
model = dict(backbone=dict(init_cfg=None, norm_eval=True))
train_dataloader = dict(
    batch_size={batch}, num_workers=0, sampler=dict(type='InfiniteSampler', shuffle=False),
    dataset=dict(
        data_root={root!r}, seg_map_dir={root!r} + '/SegmentationClass', indices=4,
        pipeline=[dict(type='LoadImage'), dict(type='LoadMask'), dict(type='PackSegInputs')]))
val_dataloader = dict(dataset=dict(data_root={root!r}, indices=3))
train_cfg = dict(max_iters=2, val_interval=2)
"""
SCALES = SEGMENTOR.replace('model = dict(', "model = dict(type='MultiScaleEncoderDecoder', ")
GATED_CRF = SEGMENTOR.replace('norm_eval=True)', 'norm_eval=True), image_loss_start=0')
ONE_STAGE = CLASSIFIER.replace("model = dict(backbone=dict(norm_eval=True))", """model = dict(
    backbone=dict(norm_eval=True), train_cfg=dict(warmup_epochs=0, floor=0.0),
    decode_head=dict(norm_cfg=dict(type='GN', num_groups=4), gate_rate=0.0, drop_rates=(0, 0, 0)))""")  # as above
CUES = SEGMENTOR.replace('/SegmentationClass', '/cues').replace(
    "dict(type='LoadMask'), dict(type='PackSegInputs')",
    "dict(type='LoadCues'), dict(type='PackImageLabelInputs', keys=['cues'])")
LARGE_FOV = CUES + """\
model['decode_head'] = dict(
    _delete_=True, type='LargeFOVHead', in_channels=128, channels=16, in_index=2, num_classes=7, align_corners=True,
    dropout_ratio=0)
"""
STAGES = {
    'classifier': (CLASSIFIER, 'vwe_hspp_r18_mini.py', {'loss_cls', 'loss_word', 'loss_word_to_image'}),
    'decorrelation': (CLASSIFIER, 'vwl_l_r18_mini.py', {
        'loss_cls', 'loss_word', 'loss_word_to_image', 'loss_decorrelation'}),
    'attention pooling': (CLASSIFIER, 'bes_r18_mini.py', {'loss_cls'}),
    'max pooling': (CLASSIFIER + "model['neck'] = dict(_delete_=True, type='GlobalMaxPooling')\n", 'hspp_r18_mini.py', {
        'loss_cls'}),
    'lpcam': (RECAM, 'lpcam_r18_mini.py', {'loss_cls'}),
    'seam': (SEAM, 'seam_r18_mini.py', {'loss_cls', 'loss_er', 'loss_ecr', 'loss_min'}),
    'memory bank': (MEMORY_BANK, 'vwl_m_r18_mini.py', {'loss_cls', 'loss_word', 'word_to_image'}),
    'recam': (RECAM, 'recam_r18_mini.py', {'loss_cls', 'loss_recam'}),
    'irnet': (IRNET, 'irnet_r18_mini.py', {'loss_pos_affinity', 'loss_neg_affinity', 'loss_fg_displacement',
                                           'loss_bg_displacement'}),
    'affinitynet': (AFFINITYNET, 'affinitynet_r18_mini.py', {
        'loss_background_affinity', 'loss_foreground_affinity', 'loss_negative_affinity'}),
    'sub_classifier': (SUB_CLASSIFIER, 'sccam_r18_mini.py', {'loss_cls', 'loss_sub_category'}),
    'boundary': (BOUNDARY, 'bes_boundary_r18_mini.py', {'loss_inner', 'loss_boundary'}),
    'sipe': (SIPE, 'sipe_r18_mini.py', {'loss_cls', 'loss_gsc'}),
    'amn': (AMN, 'amn_r18_mini.py', {'loss_smoothed_ce'}),
    'one_stage': (ONE_STAGE, 'onestage_r18_mini.py', {'loss_cls', 'loss_mask', 'fg_size'}),
    'sec': (CUES, 'sec_r18_mini.py', {'loss_seed', 'loss_expand', 'loss_constrain'}),
    'dsrg': (CUES, 'dsrg_r18_mini.py', {'loss_seed', 'loss_constrain'}),
    'large field of view': (LARGE_FOV, 'sec_r18_mini.py', {'loss_seed', 'loss_expand', 'loss_constrain'}),
    'segmentor': (SEGMENTOR, 'deeplabv2_r18_mini.py', {'decode.loss_ce'}),
    'scales': (SCALES, 'deeplabv2_r18_mini.py', {
        f'decode_{name}.loss_ce' for name in ('x1', 'x0.75', 'x0.5', 'max')}),
    'gated crf': (GATED_CRF, 'deeplabv2_r18_mini_scribbles_gated_crf.py', {'decode.loss_ce', 'decode.loss_gated_crf'}),
}


def ignore_a_part(path):
    """Give ranks different numbers of pixels to average over."""
    mask = Image.open(path)
    mask.paste(255, (0, 0, mask.width, mask.height // 2))
    mask.save(path)


def write_scores_of_masks(root):
    """Score files that make the ignored part of a mask uncertain."""
    for path in sorted((root / 'SegmentationClass').glob('*.png')):
        mask = np.asarray(Image.open(path))
        keys = np.array([value for value in np.unique(mask) if 0 < value < 255])
        low = np.stack([mask % 255 == 0, *(mask == value for value in keys)]).astype(np.float32)
        high = low.copy()
        high[:, mask == 255] = np.eye(len(low), dtype=np.float32)[-1][:, None]
        write_scores(root / 'scores' / f'{path.stem}.npz', np.stack([low, high]),
                     np.array([CLASSES.index(VOC[value]) for value in keys]), CLASSES)


def write_cues_of_masks(root):
    """Cue files with other numbers of cells for each image; the ignored part has none."""
    for path in sorted((root / 'SegmentationClass').glob('*.png')):
        small = np.asarray(Image.open(path))[::6, ::8]
        classes = [0, *(VOC.index(name) for name in CLASSES)]
        write_cues(root / 'cues' / f'{path.stem}.npz', np.stack([small == label for label in classes]),
                   ('background', *CLASSES))


@pytest.fixture(scope='module')
def all_work_dirs(tmp_path_factory):
    """The work dirs of one and of two processes, after as many iterations on the same four images."""
    folder = tmp_path_factory.mktemp('distributed training')
    root = write_tiny_voc(folder / 'data', CLASSES)
    ignore_a_part(root / 'SegmentationClass' / '2007_000002.png')
    write_scores_of_masks(root)
    write_cues_of_masks(root)
    labels = json.loads((root / 'image_labels.json').read_text())
    multi_hot = np.array([[name in found for name in CLASSES] for found in labels.values()])
    write_sub_categories(root / 'sub_categories.json', list(labels), np.kron(multi_hot, [0, 1, 0]), CLASSES)
    variables = dict(PYTHONPATH=os.pathsep.join([str(REPO / 'tests/support'), str(REPO)]))
    for ranks in (1, 2):
        runs = []
        for name, (text, base, _) in STAGES.items():
            config = folder / f'{name} {ranks}.py'
            config.write_text(text.format(base=str(REPO / 'configs/mini' / base), root=str(root), batch=4 // ranks))
            runs += [str(config), str(folder / f'work {name} {ranks}')]
        command = [sys.executable, str(REPO / 'tests/support/train_configs.py'), 'none', *runs]
        if ranks == 2:
            command[1:3] = ['-m', 'torch.distributed.run', '--standalone', '--nproc_per_node=2', command[1], 'pytorch']
        done = subprocess.run(command, cwd=folder, env=dict(os.environ, OMP_NUM_THREADS='1', **variables),
                              capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr[-3000:]
    return {name: {ranks: folder / f'work {name} {ranks}' for ranks in (1, 2)} for name in STAGES}


def our_parts(config):
    """Names of our parts in a model's config; backbones know nothing of other ranks."""
    if isinstance(config, dict):
        kind = config.get('type')
        module = getattr(MODELS.get(kind), '__module__', '') if isinstance(kind, str) else ''
        own = {kind} if module.startswith('mmwsss.') and '.backbones.' not in module else set()
        return own.union(*map(our_parts, config.values()))
    return set().union(*map(our_parts, config)) if isinstance(config, list | tuple) else set()


def test_every_part_of_the_configs_is_among_the_stages(tmp_path):
    init_default_scope('mmseg')
    trained = set()
    for index, (text, base, _) in enumerate(STAGES.values()):
        (tmp_path / f'stage_{index}.py').write_text(
            text.replace("'average_losses'", '').format(base=str(REPO / 'configs/mini' / base), root='', batch=1))
        trained |= our_parts(Config.fromfile(tmp_path / f'stage_{index}.py').model.to_dict())
    used = {path.name: our_parts(Config.fromfile(path).model.to_dict()) for path in (REPO / 'configs').rglob('*.py')
            if '_base_' not in path.parts and not path.name.startswith(('compare', 'pipeline'))}
    assert not {name: parts - trained for name, parts in used.items() if parts - trained}


@pytest.fixture(params=STAGES)
def runs(request, all_work_dirs):
    """The work dirs of one stage, and the names of its losses."""
    return dict(all_work_dirs[request.param], names=STAGES[request.param][2])


def test_losses(runs):
    one, two = (json.loads((runs[ranks] / 'losses.json').read_text()) for ranks in (1, 2))
    for name in [name for name in one if name.endswith('.acc_seg')]:  # MMSeg's accuracy, separate for each rank
        del one[name]
    assert set(one) == {'loss'} | runs['names']
    assert one['loss'] > 0
    for name in one:
        assert one[name] == pytest.approx(two[name], abs=1e-5)


def test_updated_weights(runs):
    one, two = (torch.load(max(runs[ranks].glob('*.pth')), weights_only=False)['state_dict'] for ranks in (1, 2))
    assert set(one) == set(two)
    for name in one:
        torch.testing.assert_close(one[name], two[name], atol=1e-5, rtol=0, msg=lambda text, n=name: f'{n}: {text}')


def test_statistics_of_the_words(runs):
    """The hook's scalars count over the batch of all ranks."""
    lines = {}
    for ranks in (1, 2):
        text = next(runs[ranks].glob('*/vis_data/scalars.json')).read_text()
        found = [{name: value for name, value in json.loads(line).items() if name.startswith('words_')}
                 for line in text.splitlines()]
        lines[ranks] = [words for words in found if words]
    for one, two in zip(lines[1], lines[2], strict=True):
        assert one == pytest.approx(two, abs=1e-2)
    assert bool(lines[1]) == ('word_to_image' in runs['names'])
