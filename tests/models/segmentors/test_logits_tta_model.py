"""Merged views against a loop, in a test step and with a DenseCRF."""
import numpy as np
import torch
from mmengine.config import ConfigDict
from mmengine.registry import init_default_scope
from mmseg.models.segmentors import SegTTAModel
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from PIL import Image

import mmwsss.models  # noqa: F401
from mmwsss.evaluation import CRFIoUMetric
from mmwsss.evaluation.crf_iou_metric import probabilities

SIZE = (24, 36)


def build(kind, num_classes=3):
    init_default_scope('mmseg')
    torch.manual_seed(0)
    model = MODELS.build(ConfigDict(type=kind, module=dict(
        type='EncoderDecoder',
        data_preprocessor=dict(type='SegDataPreProcessor', size_divisor=1),
        backbone=dict(type='ResNet', depth=18, stem_channels=8, base_channels=8, num_stages=1, strides=(1, ),
                      dilations=(1, ), out_indices=(0, )),
        decode_head=dict(type='FCNHead', in_channels=8, in_index=0, channels=8, num_convs=0, concat_input=False,
                         num_classes=num_classes, out_channels=1 if num_classes == 2 else None,
                         loss_decode=dict(type='CrossEntropyLoss', use_sigmoid=num_classes == 2)),
        test_cfg=dict(mode='whole'))))
    model.module.decode_head.conv_seg.weight.data.normal_()
    return model.eval()


def views(path=''):
    """An image, its mirror image and a larger one, view by view like MMSeg's `TestTimeAug`."""
    straight = torch.randn(3, *SIZE)
    large = torch.nn.functional.interpolate(straight[None], scale_factor=1.5)[0]
    inputs, samples = [], []
    for image, flip in ((straight, False), (straight.flip(-1), True), (large, False)):
        inputs.append([image])
        samples.append([SegDataSample(metainfo=dict(
            img_path=path, ori_shape=SIZE, img_shape=image.shape[1:], pad_shape=image.shape[1:], flip=flip,
            flip_direction='horizontal' if flip else None))])
    return dict(inputs=inputs, data_samples=samples)


def test_the_mean_probability_of_the_views():
    model = build('LogitsTTAModel')
    data = views()
    found = model.test_step(data)[0]
    total = 0
    for inputs, samples in zip(data['inputs'], data['data_samples'], strict=True):
        total = total + model.module.test_step(dict(inputs=inputs, data_samples=samples))[0].seg_logits.data.softmax(0)
    torch.testing.assert_close(found.seg_logits.data.softmax(dim=0), total / 3)
    assert found.pred_sem_seg.data.shape == (1, *SIZE)
    plain = build('SegTTAModel')
    assert type(plain) is SegTTAModel
    agreeing = (plain.test_step(views_like(data))[0].pred_sem_seg.data == found.pred_sem_seg.data).float().mean()
    assert agreeing > 0.999  # but for ties


def views_like(data):
    """The same views with untouched samples."""
    return dict(data, data_samples=[[SegDataSample(metainfo=sample.metainfo) for sample in samples]
                                    for samples in data['data_samples']])


@torch.no_grad()
def test_a_densecrf_refines_the_whole_augmentation(tmp_path):
    path = tmp_path / 'image.png'
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (*SIZE, 3), dtype=np.uint8)).save(path)
    sample = build('LogitsTTAModel').test_step(views(str(path)))[0].to_dict()
    probs = probabilities(sample, 3)  # refuses logits that are not the prediction's
    np.testing.assert_allclose(probs.sum(axis=0), 1, atol=1e-5)
    metric = CRFIoUMetric(workers=1)
    metric.dataset_meta = dict(classes=('background', 'cat', 'cow'))
    sample['gt_sem_seg'] = dict(data=sample['pred_sem_seg']['data'])
    metric.process({}, [sample])
    assert metric.evaluate(1)['crf/aAcc'] > 50


def test_a_single_logit_stays_as_mmseg_merges_it():
    data = views()
    found = build('LogitsTTAModel', num_classes=2).test_step(data)[0]
    plain = build('SegTTAModel', num_classes=2).test_step(views_like(data))[0]
    assert torch.equal(found.pred_sem_seg.data, plain.pred_sem_seg.data)
