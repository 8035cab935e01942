"""Several scales of one network against explicit code."""
import pytest
import torch
import torch.nn.functional as F
from mmengine.config import ConfigDict
from mmengine.registry import init_default_scope
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

import mmwsss.models  # noqa: F401
from mmwsss.models.segmentors.multi_scale_encoder_decoder import shrink_labels
from mmwsss.utils.errors import InputError


def build(kind='MultiScaleEncoderDecoder', **kwargs):
    init_default_scope('mmseg')
    torch.manual_seed(0)
    model = MODELS.build(ConfigDict(
        type=kind,
        data_preprocessor=dict(type='SegDataPreProcessor', size_divisor=1),
        backbone=dict(type='ResNet', depth=18, stem_channels=8, base_channels=8, num_stages=2, strides=(1, 2),
                      dilations=(1, 1), out_indices=(1, ), norm_eval=True),
        decode_head=dict(type='DeepLabV2Head', in_channels=16, num_classes=3, dilations=(1, 2), in_index=0,
                         loss_decode=dict(type='CrossEntropyLoss', avg_non_ignore=True)),
        test_cfg=dict(mode='whole'), **kwargs))
    for parameter in model.decode_head.parameters():
        parameter.data.normal_()
    return model.eval()


def sample(height, width):
    label = torch.randint(0, 3, (1, height, width))
    label[:, :4, :5] = 255
    return SegDataSample(
        gt_sem_seg=PixelData(data=label),
        metainfo=dict(ori_shape=(height, width), img_shape=(height, width), pad_shape=(height, width)))


def one_scale(model, images, size):
    return model.decode_head(model.backbone(F.interpolate(images, size=size, mode='bilinear')))


def slow_fusion(logits):
    """The largest logit of each pixel and class, at the size of the first scale."""
    large = [F.interpolate(one, size=logits[0].shape[2:], mode='bilinear') for one in logits]
    result = torch.empty_like(large[0])
    for index in range(result.numel()):
        result.view(-1)[index] = max(one.reshape(-1)[index] for one in large)
    return result


@pytest.fixture
def images():
    return torch.randn(2, 3, 41, 33)


SIZES = [(41, 33), (31, 25), (20, 16)]  # of 1, 0.75, 0.5


@torch.no_grad()
def test_losses(images):
    model = build()
    samples = [sample(41, 33) for _ in images]
    losses = model.loss(images, samples)
    logits = [one_scale(model, images, size) for size in SIZES]
    logits.append(slow_fusion(logits))
    names = ['decode_x1', 'decode_x0.75', 'decode_x0.5', 'decode_max']
    assert set(losses) == {f'{name}.{kind}' for name in names for kind in ('loss_ce', 'acc_seg')}
    for name, one in zip(names, logits, strict=True):
        height, width = one.shape[2:]
        label = torch.stack([torch.stack([torch.stack([
            item.gt_sem_seg.data[0, int((y + 0.5) * 41 / height), int((x + 0.5) * 33 / width)]
            for x in range(width)]) for y in range(height)]) for item in samples])
        wanted = F.cross_entropy(one, label, ignore_index=255)
        torch.testing.assert_close(losses[f'{name}.loss_ce'], wanted)
    total, _ = model.parse_losses(losses)
    torch.testing.assert_close(total, sum(losses[f'{name}.loss_ce'] for name in names))


@torch.no_grad()
@pytest.mark.parametrize('scales, sizes', [(None, SIZES), ((1.0, 0.5), [SIZES[0], SIZES[2]]), ((0.5, ), SIZES[2:])])
def test_predictions_and_tensors_are_the_fused_logits(images, scales, sizes):
    model = build(test_scales=scales)
    wanted = slow_fusion([one_scale(model, images, size) for size in sizes])
    torch.testing.assert_close(model(images, mode='tensor'), wanted)
    large = F.interpolate(wanted, size=(41, 33), mode='bilinear')
    for index, result in enumerate(model.predict(images, [sample(41, 33) for _ in images])):
        torch.testing.assert_close(result.seg_logits.data, large[index])
        assert torch.equal(result.pred_sem_seg.data[0], result.seg_logits.data.argmax(dim=0))


@torch.no_grad()
def test_one_scale_is_encoder_decoder(images):
    plain = build('EncoderDecoder')
    model = build(train_scales=(1.0, ))
    model.load_state_dict(plain.state_dict())
    torch.testing.assert_close(model(images, mode='tensor'), plain(images, mode='tensor'))


def test_every_parameter_learns(images):
    model = build()
    total, _ = model.parse_losses(model.loss(images, [sample(41, 33) for _ in images]))
    total.backward()
    assert all(parameter.grad is not None for parameter in model.parameters() if parameter.requires_grad)


def test_shrunk_labels_are_those_of_the_nearest_pixels():
    data = torch.tensor([[[0, 1, 255, 2, 4, 5]]])
    small = shrink_labels([SegDataSample(gt_sem_seg=PixelData(data=data))], (1, 2))[0].gt_sem_seg.data
    assert small.tolist() == [[[1, 4]]] and small.dtype == data.dtype


@pytest.mark.parametrize('kwargs, named', [
    (dict(train_scales=()), 'train_scales'),
    (dict(test_scales=(1.0, 0.0)), 'test_scales'),
    (dict(train_scales=(1.0, 1.0)), 'train_scales'),
    (dict(auxiliary_head=dict(type='DeepLabV2Head', in_channels=16, num_classes=3)), 'auxiliary_head'),
])
def test_bad_settings(kwargs, named):
    with pytest.raises(InputError, match=named):
        build(**kwargs)
