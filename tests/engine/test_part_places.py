"""Parts of this project in places of MMSeg's segmentors where they do not work."""
import pytest
from message_names import message_names
from mmengine.config import ConfigDict
from mmengine.registry import init_default_scope

import mmwsss  # noqa: F401
from mmwsss.engine.part_places import require_places
from mmwsss.utils.errors import InputError

FCN = dict(type='FCNHead', loss_decode=dict(type='CrossEntropyLoss'))


@pytest.fixture(autouse=True)
def scope():
    init_default_scope('mmseg')


def segmentor(**parts):
    return ConfigDict(type='EncoderDecoder', backbone=dict(type='ResNet'), **{'decode_head': FCN, **parts})


@pytest.mark.parametrize(('parts', 'named'), [
    (dict(neck=dict(type='HSPP')), ('model.neck', 'HSPP', 'CAMClassifier')),
    (dict(neck=dict(type='GlobalMaxPooling')), ('model.neck', 'GlobalMaxPooling', 'ImageClassifier')),
    (dict(decode_head=dict(type='VWEHead')), ('model.decode_head', 'VWEHead', 'CAMClassifier')),
    (dict(decode_head=[FCN, dict(type='SEAMHead')]), ('model.decode_head.1', 'SEAMHead')),
    (dict(decode_head=dict(FCN, loss_decode=[dict(type='CrossEntropyLoss'), dict(type='GatedCRFLoss')])),
     ('model.decode_head.loss_decode.1', 'GatedCRFLoss', 'ImageLossEncoderDecoder')),
    (dict(auxiliary_head=dict(FCN, loss_decode=dict(type='BalancedSeedLoss'))),
     ('model.auxiliary_head.loss_decode', 'BalancedSeedLoss', 'CueEncoderDecoder'))])
def test_parts_of_something_else(parts, named):
    inner = segmentor(**parts)
    for model, name in ((inner, named[0]), (dict(module=inner), named[0].replace('model', 'model.module'))):
        with pytest.raises(InputError, match=message_names(name, 'c.py', *named[1:])):
            require_places(model, 'c.py')


@pytest.mark.parametrize('model', [
    segmentor(neck=dict(type='FPN'), auxiliary_head=[FCN, FCN]), segmentor(image_loss=dict(type='GatedCRFLoss')),
    segmentor(decode_head=dict(type='DeepLabV2Head', loss_decode=dict(type='PixelCrossEntropyLoss'))),
    segmentor(losses=[dict(type='SeedLoss')]), None, dict(type='NoSuchModel', decode_head=dict(type='mmpretrain.X')),
    dict(type='CAMClassifier', neck=dict(type='HSPP'), head=dict(type='VWEHead'))])
def test_parts_in_their_places(model):
    assert require_places(model, 'c.py') is None
