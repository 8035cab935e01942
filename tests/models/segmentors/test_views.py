"""What a classifier shows its head."""
import pytest
import torch
import torch.nn.functional as F
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from reference_network import samples

from mmwsss.models.segmentors.views import make_view
from mmwsss.utils.errors import InputError


def tiny(neck='HSPP', **kwargs):
    init_default_scope('mmseg')
    return MODELS.build(dict(
        type='CAMClassifier',
        backbone=dict(type='ResNet', depth=18, base_channels=8, stem_channels=8, out_indices=(1, 3)),
        neck=neck and dict(type=neck), head=dict(type='CAMHead', num_classes=3, in_channels=64), **kwargs))


@pytest.mark.parametrize('neck', ['HSPP', 'mmpretrain.GlobalAveragePooling'])
def test_features_hold_image_levels_and_pooled(neck):
    model, images = tiny(neck).eval(), torch.randn(2, 3, 32, 64)
    features = model.extract_feat(images)
    assert features.image is images
    assert [tuple(level.shape) for level in features.levels] == [(2, 16, 4, 8), (2, 64, 1, 2)]
    torch.testing.assert_close(features.pooled, model.neck(features.levels[-1]))
    assert features.pooled.shape == (2, 64)


def test_without_a_neck_nothing_is_pooled():
    model = tiny(neck=None)
    assert model.extract_feat(torch.randn(2, 3, 32, 32)).pooled is None
    with pytest.raises(InputError, match='CAMHead.*neck'):
        model(torch.randn(2, 3, 32, 32))


def test_the_head_gets_each_view(monkeypatch):
    model, images, labels = tiny(train_cfg=dict(views=[dict(), dict(scale=0.5)])), torch.randn(2, 3, 64, 96), object()
    seen = []
    monkeypatch.setattr(model.head, 'loss', lambda views, data_samples: seen.append((views, data_samples)))
    model(images, labels, mode='loss')
    [[(whole, half), data_samples]] = seen
    assert whole.image is images and data_samples is labels
    assert half.image.shape == (2, 3, 32, 48) and half.levels[-1].shape == (2, 64, 1, 2)


def test_one_view_is_the_default():
    images, labels = torch.randn(2, 3, 64, 64), samples([[1, 0, 0], [0, 1, 1]])
    for cfg in (None, dict(), dict(views=[dict()])):
        torch.manual_seed(0)
        model = tiny(train_cfg=cfg)
        loss = model(images, labels, mode='loss')['loss_cls']
        torch.manual_seed(0)
        torch.testing.assert_close(loss, tiny()(images, labels, mode='loss')['loss_cls'])


def test_a_view_is_resized_as_in_seam():
    images = torch.randn(1, 3, 448, 449)
    small = make_view(images, scale=0.3)
    assert small.shape == (1, 3, 134, 134)
    torch.testing.assert_close(small[..., [0, 0, -1, -1], [0, -1, 0, -1]], images[..., [0, 0, -1, -1], [0, -1, 0, -1]])
    torch.testing.assert_close(small, F.interpolate(images, scale_factor=0.3, mode='bilinear', align_corners=True))
    assert make_view(images) is images and make_view(images[..., :2, :2], scale=0.3).shape == (1, 3, 1, 1)


@pytest.mark.parametrize(('cfg', 'names'), [
    (dict(view=[dict()]), "train_cfg.*'view'.*'views'"),
    (dict(views=[]), r'views=\[\]'),
    (dict(views=dict(scale=0.3)), r'views=.*0\.3'),
    (dict(views=[dict(), dict(scales=0.3)]), r'views.*scales.*scale='),
    (dict(views=[0.3]), r'views.*0\.3.*scale='),
    (dict(views=[dict(scale=0)]), 'views.*scale=0'),
    (dict(views=[dict(), dict(scale=-0.5)]), r'views.*scale=-0\.5'),
    (dict(views=[dict(scale='half')]), "views.*scale='half'"),
])
def test_bad_settings_are_named_when_the_model_is_built(cfg, names):
    with pytest.raises(InputError, match=names):
        tiny(train_cfg=cfg)


def test_the_merging_rule_is_named_in_test_cfg():
    model = tiny(test_cfg=dict(scales=(0.5, 1.0), merge=dict(type='SumAll'))).eval()
    inputs, labels = torch.randn(1, 3, 64, 96), samples([[1, 0, 1]])
    sample, = model.predict(inputs, labels)
    found = sample.cam.data.clone()
    with torch.no_grad():
        torch.testing.assert_close(sample.pred_score, model(inputs)[0].sigmoid())  # of the image at its own size
        small = F.interpolate(inputs, size=(32, 48), mode='bicubic', align_corners=False, antialias=True)
        total = sum(F.interpolate(cam, size=(16, 24), mode='bilinear') for view in (inputs, small)
                    for cam in (model.cam(view), model.cam(view.flip(-1)).flip(-1)))[0, [0, 2]]
    torch.testing.assert_close(found, total / (total.amax((1, 2), keepdim=True) + 1e-5), atol=1e-5, rtol=0)
    model.test_cfg['merge'] = dict(type='MirrorMaxSum')
    assert (model.predict(inputs, labels)[0].cam.data - found).abs().max() > 1e-3
    with pytest.raises(InputError, match='NoSuchRule'):
        tiny(test_cfg=dict(merge=dict(type='NoSuchRule')))
