import pytest
import torch
from message_names import message_names

from mmwsss.models.heads.boundary_head import resample
from mmwsss.models.heads.irn_head import IRNHead
from mmwsss.utils.errors import InputError

RESNET = dict(in_channels=(8, 16, 24, 32, 40), strides=(4, 4, 8, 16, 16))
EFFICIENTNET = dict(in_channels=(4, 8, 16, 24, 32), strides=(2, 4, 8, 16, 16))


def levels(in_channels, strides, size):
    return [torch.randn(2, channels, *(-(-side // stride) for side in size))
            for channels, stride in zip(in_channels, strides, strict=True)]


@pytest.mark.parametrize('settings', [RESNET, EFFICIENTNET])
@pytest.mark.parametrize('size', [(64, 96), (33, 50), (1, 1), (17, 3)])
def test_sizes(settings, size):
    boundary, displacement = IRNHead(**settings)(levels(**settings, size=size))
    small = tuple(-(-side // 4) for side in size)
    assert boundary.shape == (2, 1, *small) and displacement.shape == (2, 2, *small)


def test_a_finer_level_is_pooled_and_a_coarser_one_enlarged():
    feat = torch.arange(15.0).reshape(1, 1, 3, 5)
    pooled = resample(feat, 2, 4, (2, 3))[0, 0]
    torch.testing.assert_close(pooled, torch.tensor([[3.0, 5.0, 6.5], [10.5, 12.5, 14.0]]))
    enlarged = resample(feat, 8, 4, (5, 10))
    assert enlarged.shape == (1, 1, 5, 10)
    torch.testing.assert_close(enlarged[0, 0, 0, :4], torch.tensor([0.0, 0.25, 0.75, 1.25]))


def test_mean_shift_in_eval_mode_only():
    head = IRNHead(**RESNET)
    head.running_mean.copy_(torch.tensor([3.0, -2.0]))
    feats = levels(**RESNET, size=(32, 48))
    trained = head.train()(feats)[1]
    shifted = head.eval()(feats)[1]
    torch.testing.assert_close(trained - shifted, torch.tensor([3.0, -2.0])[:, None, None].expand_as(trained),
                               atol=1e-5, rtol=0)


def test_displacement_of_the_first_images_only():
    head = IRNHead(in_channels=(4, 8), strides=(4, 8), displacement_channels=(16, 16)).eval()
    feats = [torch.rand(3, 4, 8, 9), torch.rand(3, 8, 4, 5)]
    with torch.no_grad():
        boundary, displacement = head(feats)
        of_all, of_first = head(feats, displaced=1)
    assert of_all.equal(boundary) and tuple(of_first.shape) == (1, 2, 8, 9)
    torch.testing.assert_close(of_first, displacement[:1])


def test_labels_whose_size_is_no_multiple_of_the_stride():
    head = IRNHead(**RESNET)
    losses = head.loss(levels(**RESNET, size=(62, 85)), torch.randint(0, 3, (2, 62, 85)))
    assert all(value.isfinite() and value > 0 for value in losses.values())


@pytest.mark.parametrize(('settings', 'named'), [
    (dict(strides=(4, 8, 4, 16, 16)), 'strides'), (dict(strides=(2, 8, 16, 16, 32)), '4'),
    (dict(in_channels=(1, 2)), 'in_channels')])
def test_levels_that_do_not_fit(settings, named):
    with pytest.raises(InputError, match=message_names(named)):
        IRNHead(**settings)


def test_a_backbone_of_other_channels_is_named():
    with pytest.raises(InputError, match=r'\(8, 16, 24, 32, 48\)'):
        IRNHead(**RESNET)(levels((8, 16, 24, 32, 48), RESNET['strides'], (32, 32)))
