"""The README's examples of components inside other people's configs."""
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmpretrain.registry import MODELS as PRETRAIN_MODELS
from mmpretrain.structures import DataSample
from mmseg.registry import DATASETS, MODELS
from reference_network import samples
from tiny_voc import write_tiny_voc

from mmwsss.pseudo_labels import write_cam

CLASSES = ('bus', 'car', 'cat', 'cow', 'dog', 'horse')


def test_hspp_as_the_neck_of_a_classifier_of_mmpretrain():
    init_default_scope('mmpretrain')
    model = PRETRAIN_MODELS.build(dict(
        type='ImageClassifier',
        backbone=dict(type='ResNet', depth=18),
        neck=dict(type='mmseg.HSPP', levels=(1, 2, 4), gamma=2.0),
        head=dict(type='MultiLabelLinearClsHead', num_classes=6, in_channels=512)))
    labelled = [DataSample().set_gt_label([0, 3]), DataSample().set_gt_label([5])]
    losses = model(torch.randn(2, 3, 64, 64), labelled, mode='loss')
    losses['loss'].backward()
    assert losses['loss'] > 0 and model.backbone.conv1.weight.grad.abs().sum() > 0


@pytest.mark.parametrize(('backbone', 'channels'), [
    (dict(type='mmpretrain.ConvNeXt', arch='atto', out_indices=(3, ), gap_before_final_norm=False), 320),
    (dict(type='mmpretrain.SwinTransformer', arch='tiny', img_size=64, pad_small_map=True), 768)])
def test_visual_words_on_another_backbone(backbone, channels):
    init_default_scope('mmseg')
    model = MODELS.build(dict(
        type='CAMClassifier', backbone=backbone, neck=dict(type='HSPP', levels=(1, 2, 4), gamma=2.0),
        head=dict(type='VWEHead', num_classes=6, in_channels=channels)))
    labelled = samples([[1, 0, 0, 0, 1, 0], [0, 0, 1, 0, 0, 0]])
    pictures = torch.randn(2, 3, 64, 64)
    losses = model(pictures, labelled, mode='loss')
    sum(losses.values()).backward()
    assert set(losses) == {'loss_cls', 'loss_word', 'loss_word_to_image'}
    found = model.eval()(pictures, labelled, mode='predict')
    assert found[0].cam.data.shape == (2, 16, 16) and found[1].cam_keys.tolist() == [2]


def stock(head: dict) -> torch.nn.Module:
    """A segmentor in MMSeg's own terms."""
    init_default_scope('mmseg')
    return MODELS.build(dict(
        type='EncoderDecoder',
        data_preprocessor=dict(
            type='SegDataPreProcessor', mean=[127] * 3, std=[64] * 3, bgr_to_rgb=True, size=(48, 64)),
        backbone=dict(type='ResNetV1c', depth=18, base_channels=16, stem_channels=16, strides=(1, 2, 1, 1),
                      dilations=(1, 1, 2, 4), norm_cfg=dict(type='BN')),
        decode_head=dict(num_classes=7, in_channels=128, in_index=3, **head),
        train_cfg=dict(), test_cfg=dict(mode='whole')))


@pytest.mark.parametrize('head', [
    dict(type='DeepLabV2Head', dilations=(6, 12, 18, 24)),
    dict(type='PSPHead', channels=32, pool_scales=(1, 2, 3, 6), norm_cfg=dict(type='BN'))])
def test_pseudo_labels_train_a_stock_segmentor(tmp_path, head):
    """MMSeg's PascalVOCDataset reads a folder of pseudo labels as masks, and the loss falls."""
    root = write_tiny_voc(tmp_path, CLASSES, pictures=4)
    init_default_scope('mmseg')
    dataset = DATASETS.build(Config(dict(d=dict(
        type='PascalVOCDataset', data_root=str(root), ann_file='ImageSets/Segmentation/train.txt',
        metainfo=dict(classes=('background', *CLASSES)),
        data_prefix=dict(img_path='JPEGImages', seg_map_path='SegmentationClass'),
        pipeline=[dict(type='LoadImageFromFile'), dict(type='LoadAnnotations'), dict(type='PackSegInputs')]))).d)
    model = stock(head)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
    data = dict(inputs=[item['inputs'] for item in dataset], data_samples=[item['data_samples'] for item in dataset])
    losses = []
    for _ in range(6):
        batch = model.data_preprocessor(data, True)
        loss = model(**batch, mode='loss')['decode.loss_ce']
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]


def test_the_cam_metric_over_cams_of_another_project(tmp_path):
    from mmengine.evaluator import Evaluator
    root = write_tiny_voc(tmp_path / 'data', CLASSES, pictures=3)
    init_default_scope('mmseg')
    names = [f'2007_{index:06d}' for index in range(3)]
    write_cam(tmp_path / 'ours.npz', np.ones((1, 12, 16)), [0], (48, 64), CLASSES)  # not of the list: ignored
    for name in names:
        np.save(tmp_path / f'{name}.npy', dict(keys=np.array([0, 1]), high_res=np.ones((2, 48, 64), np.float32)))
    dataset = DATASETS.build(dict(
        type='VOCImageLabelDataset', data_root=str(root), ann_file='ImageSets/Segmentation/train.txt',
        metainfo=dict(classes=('background', *CLASSES)), cam_dir=str(tmp_path),
        pipeline=[dict(type=step) for step in ('LoadImage', 'LoadCAM', 'LoadMask', 'PackImageLabelInputs')]))
    evaluator = Evaluator(dict(type='CAMIoUMetric'))
    evaluator.dataset_meta = dataset.metainfo
    evaluator.process([item['data_samples'] for item in dataset])
    assert 0 < evaluator.evaluate(3)['mIoU'] < 100
