"""A loss of logits and image beside those of the head."""
import pytest
import torch
from message_names import message_names
from mmengine.logging import MessageHub
from mmengine.registry import init_default_scope
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from mmwsss.models import GatedCRFLoss
from mmwsss.models.image_masks import image_masks
from mmwsss.utils.errors import InputError

MODEL = dict(
    type='ImageLossEncoderDecoder',
    backbone=dict(type='ResNet', depth=18, stem_channels=8, base_channels=8, num_stages=1, strides=(1, ),
                  dilations=(1, ), out_indices=(0, )),
    decode_head=dict(type='DeepLabV2Head', in_channels=8, in_index=0, dilations=(1, ), num_classes=3,
                     loss_decode=dict(type='PixelCrossEntropyLoss')),
    image_loss=dict(type='GatedCRFLoss', loss_weight=0.3), train_cfg=dict(), test_cfg=dict(mode='whole'))


def build(**settings):
    init_default_scope('mmseg')
    return MODELS.build({**MODEL, **settings})


def samples(window=None):
    found = []
    for _ in range(2):
        sample = SegDataSample(metainfo=dict(img_shape=(24, 32)))
        if window:
            sample.set_metainfo(dict(crop_window=window))
        sample.gt_sem_seg = PixelData(data=torch.randint(0, 3, (1, 32, 32)))
        found.append(sample)
    return found


@pytest.fixture(autouse=True)
def hub():
    """No iteration of an earlier training."""
    MessageHub._instance_dict.clear()
    return MessageHub.get_current_instance()


def test_masks_leave_padding_out():
    inputs = torch.rand(2, 3, 32, 32)
    wanted = torch.zeros(2, 1, 32, 32)
    wanted[..., :24, :] = 1
    torch.testing.assert_close(image_masks(inputs, samples()), wanted)
    wanted = torch.zeros(2, 1, 32, 32)
    wanted[..., 3:20, 5:32] = 1
    torch.testing.assert_close(image_masks(inputs, samples((3, 5, 20, 32))), wanted)


def test_the_losses_are_those_of_the_parts():
    model, inputs, data = build(), torch.randn(2, 3, 32, 32), samples((0, 0, 32, 20))
    losses = model.loss(inputs, data)
    assert set(losses) == {'decode.loss_ce', 'decode.acc_seg', 'decode.loss_gated_crf'}
    logits = model._forward(inputs)
    torch.testing.assert_close(losses['decode.loss_gated_crf'],
                               GatedCRFLoss(loss_weight=0.3)(logits, inputs, image_masks(inputs, data)))
    torch.testing.assert_close(losses['decode.loss_ce'], model.decode_head.loss_by_feat(logits, data)['loss_ce'])


def test_checkpoints_are_those_of_encoder_decoder():
    plain = {key: value for key, value in MODEL.items() if key != 'image_loss'}
    init_default_scope('mmseg')
    assert set(build().state_dict()) == set(MODELS.build({**plain, 'type': 'EncoderDecoder'}).state_dict())


def test_auxiliary_heads_keep_their_losses():
    losses = build(auxiliary_head=dict(MODEL['decode_head'])).loss(torch.randn(2, 3, 32, 32), samples())
    assert 'aux.loss_ce' in losses and 'aux.loss_gated_crf' not in losses


def test_it_sets_in_after_a_share_of_the_iterations(hub):
    model, inputs, data = build(image_loss_start=0.1), torch.randn(2, 3, 32, 32), samples()
    for iteration, started in ((0, False), (9, False), (10, True), (99, True)):
        hub.update_info('iter', iteration)
        hub.update_info('max_iters', 100)
        assert (model.loss(inputs, data)['decode.loss_gated_crf'] > 0) == started
    assert build(image_loss_start=0).started()


def test_bad_settings():
    with pytest.raises(InputError, match=message_names('image_loss_start', 1.5)):
        build(image_loss_start=1.5)
    model = build()
    model.decode_head.forward = lambda features: [features[0]]
    with pytest.raises(InputError, match=message_names('DeepLabV2Head', 'list')):
        model.loss(torch.randn(2, 3, 32, 32), samples())
