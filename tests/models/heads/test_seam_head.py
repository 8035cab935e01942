"""SEAM's head: maps, losses and gradients against tensors recorded from the authors' program."""
import numpy as np
import pytest
import torch
from message_names import message_names
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from reference_network import samples
from reference_seam import golden_head, tensors

from mmwsss.models import Features, SEAMHead, ViewMaps, correlation_input
from mmwsss.utils.errors import InputError


def golden_features(data, learn=False):
    image, = tensors(data, 'head_img')
    return Features(image, tuple(tensors(data, 'head_conv4', 'head_conv5', 'head_conv6', learn=learn)))


def test_golden_maps(golden):
    data, head = golden('seam'), golden_head()
    features = golden_features(data)
    with torch.no_grad():
        maps = head.maps(features)
        np.testing.assert_allclose(maps.cam, data['head_cam_low'], atol=1e-5)
        np.testing.assert_allclose(maps.revised, data['head_rv_low'], atol=1e-5)
        np.testing.assert_allclose(correlation_input(maps.cam[:, 1:]), data['head_cam_norm'], atol=1e-5)
        cam = head.cam(features)
        assert cam.shape == (2, 20, 48, 64) and maps.size == (48, 64)
        np.testing.assert_allclose(cam[0, :2], data['head_rv_up'][1:], atol=1e-5)
        np.testing.assert_allclose(head.logits(features)[0, :2], data['head_cam_up'][1:].mean((1, 2)), atol=1e-5)


def test_golden_gradients_of_the_revised_maps(golden):
    """The correlation's weights learn; the classifier and the backbone do not."""
    data, head = golden('seam'), golden_head()
    features = golden_features(data, learn=True)
    (head.maps(features).revised * torch.from_numpy(data['head_w'])).sum().backward()
    for name, layer in zip(('f8_3', 'f8_4', 'f9'), (*head.correlation.reduce, head.correlation.embed), strict=True):
        np.testing.assert_allclose(layer.weight.grad[:16, :16, 0, 0], data[f'head_grad_{name}'], atol=1e-5)
        np.testing.assert_allclose(layer.weight.grad.norm(), data[f'head_grad_{name}_norm'], rtol=1e-4)
    assert head.classifier.weight.grad is None and all(level.grad is None for level in features.levels)


def golden_views(data):
    return [ViewMaps(*tensors(data, f'loss_cam{view}', f'loss_rv{view}', learn=True), (int(side), int(side)))
            for view, side in zip((1, 2), data['loss_crop'], strict=True)]


def test_golden_losses_and_gradients(golden):
    data, head = golden('seam'), golden_head()
    views = golden_views(data)
    losses = head.loss_by_maps(views, torch.from_numpy(data['loss_label']))
    found = [losses[name].item() for name in ('loss_cls', 'loss_min', 'loss_er', 'loss_ecr')]
    cls1, cls2, min1, min2, er, ecr1, ecr2, total = data['losses']
    np.testing.assert_allclose(found, [(cls1 + cls2) / 2, (min1 + min2) / 2, er, ecr1 + ecr2], atol=1e-5)
    np.testing.assert_allclose(sum(found), total, atol=1e-5)
    sum(losses.values()).backward()
    for view, maps in zip((1, 2), views, strict=True):
        for name, values in (('cam', maps.cam), ('rv', maps.revised)):
            expected = data[f'loss_grad_{name}{view}']
            np.testing.assert_allclose(values.grad, expected, atol=1e-4 * abs(expected).max())
    assert not views[0].cam.grad[:, 0].any()  # the dead channel


def test_weights_leave_losses_out_and_scale_them(golden):
    data = golden('seam')
    label = torch.from_numpy(data['loss_label'])
    everything = golden_head().loss_by_maps(golden_views(data), label)
    weighted = golden_head(er_weight=2.0, ecr_weight=3.0, min_weight=4.0).loss_by_maps(golden_views(data), label)
    for name, weight in dict(loss_cls=1, loss_er=2, loss_ecr=3, loss_min=4).items():
        torch.testing.assert_close(weighted[name], weight * everything[name])
    paper = golden_head(min_weight=0).loss_by_maps(golden_views(data), label)
    assert set(everything) - set(paper) == {'loss_min'}
    assert set(golden_head(min_weight=0, er_weight=0, ecr_weight=0).loss_by_maps(golden_views(data), label)) == {
        'loss_cls'}


def test_the_number_of_mined_maps_arrives(golden):
    """A fifth of 105 maps are all differences of 21 maps; of 210, as many again that are 0."""
    data = golden('seam')
    all_, twice = (golden_head(mined_channels=maps).loss_by_maps(
        golden_views(data), torch.from_numpy(data['loss_label']))['loss_ecr'] for maps in (105, 210))
    torch.testing.assert_close(all_, 2 * twice)


def test_the_loss_of_two_views_is_that_of_their_maps():
    head = SEAMHead(3, 8, (4, 6)).eval()
    views = [Features(torch.randn(2, 3, side, side), tuple(torch.rand(2, channels, side // 8, side // 8)
                                                           for channels in (4, 6, 8))) for side in (48, 16)]
    labels = torch.tensor([[1., 0., 1.], [0., 0., 1.]])
    expected = head.loss_by_maps([head.maps(view) for view in views], labels)
    found = head.loss(views, samples(labels))
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value)


def test_losses_under_autocast_have_full_precision():
    head, data = SEAMHead(3, 8, (4, 6)).eval(), samples([[1, 0, 1], [0, 0, 1]])
    views = [Features(torch.randn(2, 3, side, side), tuple(torch.rand(2, channels, side // 8, side // 8)
                                                           for channels in (4, 6, 8))) for side in (48, 16)]
    with torch.autocast('cpu', dtype=torch.bfloat16):
        found = head.loss(views, data)
    for name, value in head.loss(views, data).items():
        assert found[name].dtype == torch.float32
        torch.testing.assert_close(found[name], value, atol=0.03, rtol=0.03)
    sum(found.values()).backward()
    assert all(parameter.grad.isfinite().all() for parameter in head.parameters())


def test_finer_levels_are_brought_to_the_last_level():
    head = SEAMHead(3, 8, (4, 6)).eval()
    levels = [torch.rand(1, channels, size, size) for channels, size in ((4, 12), (6, 6), (8, 3))]
    features = Features(torch.randn(1, 3, 96, 96), tuple(levels))
    assert head.maps(features).revised.shape == (1, 4, 3, 3) and head.cam(features).shape == (1, 3, 96, 96)


def test_drop_out_of_whole_channels_in_training_only():
    head = SEAMHead(2, 64, (4, 6), drop_rate=0.5)
    features = Features(torch.randn(1, 3, 16, 16), tuple(torch.ones(1, channels, 2, 2) for channels in (4, 6, 64)))
    cam = head.train().maps(features).cam.detach()
    assert (cam == cam[:, :, :1, :1]).all() and not torch.equal(cam, head.maps(features).cam)
    expected = head.classifier.weight.sum(dim=1)[None].expand(1, 3, 2, 2)
    torch.testing.assert_close(head.eval().maps(features).cam, expected)


def build(out_indices=(1, 2, 3), views=({}, dict(scale=0.3)), **head):
    init_default_scope('mmseg')
    return MODELS.build(dict(
        type='CAMClassifier',
        backbone=dict(type='ResNet', depth=18, stem_channels=8, base_channels=8, out_indices=out_indices),
        head=dict(dict(type='SEAMHead', num_classes=3, in_channels=64, mid_channels=(16, 32)), **head),
        train_cfg=dict(views=list(views))))


def test_the_model_around_the_head_is_checked_when_it_is_built():
    assert build().head.mid_levels == (-3, -2) and build((0, 1, 2, 3), mid_levels=(1, 2))
    with pytest.raises(InputError, match=message_names('mid_levels', 2, 'out_indices')):
        build((2, 3))
    with pytest.raises(InputError, match=message_names('mid_channels', 24, '(16, 32)')):
        build(mid_channels=(24, 32))
    with pytest.raises(InputError, match=message_names('in_channels', 65, 64)):
        build(in_channels=65)
    with pytest.raises(InputError, match=message_names('train_cfg.views', 1)):
        build(views=[{}])
    with pytest.raises(InputError, match=message_names('mid_channels', '(16,)')):
        build(mid_channels=(16, ))


def test_other_levels_at_run_time():
    head = SEAMHead(3, 8, (4, 6))
    features = Features(torch.randn(1, 3, 8, 8), tuple(torch.rand(1, channels, 2, 2) for channels in (4, 5, 8)))
    with pytest.raises(InputError, match=message_names('mid_channels', '(4, 5)')):
        head.cam(features)
    with pytest.raises(InputError, match=message_names('train_cfg.views')):
        head.loss([features], samples([[1, 0, 0]]))
