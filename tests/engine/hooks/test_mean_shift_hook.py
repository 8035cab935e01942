import numpy as np
import pytest
import torch
from message_names import message_names
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmseg.registry import DATASETS, MODELS
from tiny_voc import write_tiny_voc
from torch.utils.data import DataLoader

from mmwsss.engine.hooks import MeanShiftHook
from mmwsss.utils.errors import InputError

IRNET = dict(
    type='IRNet',
    data_preprocessor=dict(type='CAMDataPreProcessor', mean=[127] * 3, std=[64] * 3, bgr_to_rgb=True),
    backbone=dict(type='ResNetWithStem', depth=18, stem_channels=8, base_channels=8, strides=(1, 2, 2, 1),
                  dilations=(1, 1, 1, 1)),
    head=dict(type='IRNHead', in_channels=(8, 8, 16, 32, 64)))


def images(root, count=5):
    return dict(
        type='VOCImageLabelDataset', data_root=str(write_tiny_voc(root, images=count)), label_file=None,
        ann_file='ImageSets/Segmentation/train.txt',
        pipeline=[dict(type='LoadImage'), dict(type='TopLeftCropPad', crop_size=(40, 72), pad_val=(127, 127, 127)),
                  dict(type='PackImageLabelInputs')])


class FakeRunner:
    """The runner's attributes that the hook reads, after the last of three iterations."""

    iter, max_iters, rank, seed, hooks = 2, 3, 0, 0, ()

    def __init__(self, model):
        from mmengine.logging import MMLogger
        self.model, self.logger = model, MMLogger.get_current_instance()


def run_hook(loader, runner):
    hook = MeanShiftHook(loader)
    hook.before_train(runner)
    hook.after_train_iter(runner, 0)


def loader_cfg(dataset, batch_size, drop_last=True):
    return dict(batch_size=batch_size, num_workers=0, drop_last=drop_last, dataset=dataset,
                sampler=dict(type='DefaultSampler', shuffle=False))


def test_mean_over_batches_without_the_incomplete_one(tmp_path):
    init_default_scope('mmseg')
    model = MODELS.build(IRNET)
    dataset = images(tmp_path)
    run_hook(loader_cfg(dataset, 2), FakeRunner(model))

    means = []
    loader = DataLoader(DATASETS.build(dataset), batch_size=2, collate_fn=list)
    model.head.train()
    for batch in list(loader)[:2]:
        inputs = torch.stack([(item['inputs'].flip(0).float() - 127) / 64 for item in batch])
        with torch.no_grad():
            means.append(model(inputs, mode='tensor')[1].mean(dim=(0, 2, 3)).numpy())
    assert len(loader) == 3
    np.testing.assert_allclose(model.head.running_mean.numpy(), np.mean(means, axis=0), rtol=1e-4)
    model.eval()  # the mean of shifted displacements is 0 over these batches
    run_hook(loader_cfg(dataset, 2), FakeRunner(model))
    np.testing.assert_allclose(model.head.running_mean.numpy(), np.mean(means, axis=0), rtol=1e-4)


def test_only_after_the_last_iteration():
    runner = FakeRunner(None)
    runner.iter = 1
    MeanShiftHook(dict()).after_train_iter(runner, 0)  # does not touch the model


def test_data_that_do_not_fit_are_named_before_the_training(tmp_path):
    init_default_scope('mmseg')
    with pytest.raises(InputError, match=message_names(3, 4)):
        MeanShiftHook(loader_cfg(images(tmp_path, 3), 4)).before_train(FakeRunner(None))
    moved = dict(images(tmp_path, 3), data_root=str(tmp_path / 'moved'))
    with pytest.raises(InputError, match='moved'):
        MeanShiftHook(loader_cfg(moved, 2)).before_train(FakeRunner(None))


@pytest.mark.parametrize('loop', [dict(type='EpochBasedTrainLoop', max_epochs=1),
                                  dict(type='IterBasedTrainLoop', max_iters=2)])
def test_the_last_checkpoint_has_it(tmp_path, loop):
    """Whatever the loop counts."""
    init_default_scope('mmseg')
    by_epoch = 'max_epochs' in loop
    dataset = images(tmp_path)
    labelled = dict(dataset, seg_map_dir=str(tmp_path / 'SegmentationClass'), pipeline=[
        dict(type='LoadImage'), dict(type='LoadMask'),
        dict(type='RandomCropPad', crop_size=(40, 72), pad_val=(127, 127, 127)), dict(type='PackImageLabelInputs')])
    runner = Runner(
        model=IRNET, work_dir=str(tmp_path / 'run'), train_cfg=loop, train_dataloader=loader_cfg(labelled, 2),
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.01)), default_scope='mmseg', experiment_name=loop['type'],
        default_hooks=dict(checkpoint=dict(type='CheckpointHook', by_epoch=by_epoch, interval=1 if by_epoch else 2)),
        custom_hooks=[dict(type='MeanShiftHook', dataloader=loader_cfg(dataset, 2))])
    model = runner.train()
    saved = torch.load(tmp_path / 'run' / ('epoch_1.pth' if by_epoch else 'iter_2.pth'), weights_only=False)
    assert model.head.running_mean.abs().min() > 0
    assert torch.equal(saved['state_dict']['head.running_mean'], model.head.running_mean)


@pytest.mark.parametrize('ema_first, update_buffers', [(False, True), (True, False)])
def test_averaged_weights_have_the_mean_of_their_own(tmp_path, ema_first, update_buffers):
    """A checkpoint holds the averaged weights under `state_dict`, with the mean that tests subtract."""
    init_default_scope('mmseg')
    irnet, dataset = dict(IRNET, head=dict(IRNET['head'], radius=4)), images(tmp_path)
    labelled = dict(dataset, seg_map_dir=str(tmp_path / 'SegmentationClass'), pipeline=[
        dict(type='LoadImage'), dict(type='LoadMask'),
        dict(type='RandomCropPad', crop_size=(40, 72), pad_val=(127, 127, 127)), dict(type='PackImageLabelInputs')])
    hooks = [dict(type='MeanShiftHook', dataloader=loader_cfg(dataset, 2)),
             dict(type='EMAHook', momentum=0.1, update_buffers=update_buffers)]
    runner = Runner(
        model=irnet, work_dir=str(tmp_path / 'run'), train_cfg=dict(type='EpochBasedTrainLoop', max_epochs=1),
        train_dataloader=loader_cfg(labelled, 2), optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.5)),
        default_scope='mmseg', experiment_name=f'ema {ema_first} {update_buffers}',
        default_hooks=dict(checkpoint=dict(type='CheckpointHook', interval=1)),
        custom_hooks=hooks[::-1] if ema_first else hooks)
    trained = runner.train().state_dict()
    saved = torch.load(tmp_path / 'run' / 'epoch_1.pth', weights_only=False)
    assert not torch.equal(trained['head.displacement_out.weight'], saved['state_dict']['head.displacement_out.weight'])
    assert torch.equal(trained['head.running_mean'], saved['ema_state_dict']['module.head.running_mean'])

    model = MODELS.build(irnet)
    for weights in (trained, saved['state_dict']):
        model.load_state_dict(weights)
        total = MeanShiftHook.total(model, Runner.build_dataloader(loader_cfg(dataset, 2)), quiet=True)
        torch.testing.assert_close(weights['head.running_mean'], (total[:2] / total[2]).float())
