"""A run of a few seconds: squares on noise, a network of a few thousand weights, MMSeg's own parts."""
from pathlib import Path

import numpy as np
from PIL import Image

CONFIG = """\
custom_imports = dict(imports=['mmwsss'], allow_failed_imports=False)
default_scope = 'mmseg'
norm_cfg = dict(type='BN')
model = dict(
    type='EncoderDecoder',
    data_preprocessor=dict(
        type='SegDataPreProcessor', mean=[127] * 3, std=[128] * 3, bgr_to_rgb=True, size=(32, 32)),
    backbone=dict(
        type='ResNet', depth=18, stem_channels=8, base_channels=8, norm_cfg=norm_cfg, num_stages=2,
        strides=(1, 2), dilations=(1, 1), out_indices=(0, 1)),
    decode_head=dict(
        type='FCNHead', in_channels=16, in_index=1, channels=8, num_convs=1, num_classes=2,
        dropout_ratio=0, norm_cfg=norm_cfg),
    train_cfg=dict(), test_cfg=dict(mode='whole'))
data_root = {root!r}
dataset = dict(
    type='BaseSegDataset', data_root=data_root,
    metainfo=dict(classes=('background', 'square'), palette=[[0, 0, 0], [255, 0, 0]]),
    data_prefix=dict(img_path='images', seg_map_path='masks'),
    pipeline=[
        dict(type='LoadImageFromFile'), dict(type='LoadAnnotations'), dict(type='PackSegInputs')])
train_dataloader = dict(
    batch_size=4, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=True), dataset=dataset)
val_dataloader = dict(
    batch_size=1, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(**dataset, test_mode=True))
test_dataloader = val_dataloader
val_evaluator = dict(type='IoUMetric', iou_metrics=['mIoU'])
test_evaluator = val_evaluator
tta_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='TestTimeAug', transforms=[
        [dict(type='RandomFlip', prob=0.), dict(type='RandomFlip', prob=1.)],
        [dict(type='LoadAnnotations')], [dict(type='PackSegInputs')]])]
tta_model = dict(type='SegTTAModel')
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=0.05, momentum=0.9))
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=2, val_interval=2)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
default_hooks = dict(
    timer=dict(type='IterTimerHook'), logger=dict(type='LoggerHook', interval=1),
    param_scheduler=dict(type='ParamSchedulerHook'),
    checkpoint=dict(type='CheckpointHook', interval=1),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    visualization=dict(type='SegVisualizationHook', draw=True))
visualizer = dict(
    type='SegLocalVisualizer', name='visualizer', vis_backends=[dict(type='LocalVisBackend')])
"""


def write_tiny_run(folder: Path, images: int = 8) -> Path:
    """Write images, masks and the config that reads them.

    Args:
        folder: gets `data/images`, `data/masks` and `tiny.py`.
        images: 32 x 32, a bright square on dark noise.

    Returns:
        The config's path.
    """
    draw = np.random.default_rng(0)
    for kind in ('images', 'masks'):
        (folder / 'data' / kind).mkdir(parents=True)
    for index in range(images):
        image = draw.integers(0, 80, (32, 32, 3), dtype=np.uint8)
        mask = np.zeros((32, 32), np.uint8)
        top, left = draw.integers(0, 16, 2)
        image[top:top + 16, left:left + 16] += 150
        mask[top:top + 16, left:left + 16] = 1
        Image.fromarray(image).save(folder / 'data' / 'images' / f'{index}.jpg')
        Image.fromarray(mask).save(folder / 'data' / 'masks' / f'{index}.png')
    config = folder / 'tiny.py'
    config.write_text(CONFIG.format(root=str(folder / 'data')))
    return config
