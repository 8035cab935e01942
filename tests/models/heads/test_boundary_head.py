import pytest
import torch
from message_names import message_names

from mmwsss.models.heads.boundary_head import BoundaryHead, at_stride
from mmwsss.utils.errors import InputError

LEVELS = dict(in_channels=(8, 16, 32), strides=(2, 4, 16))


def levels(size):
    return [torch.randn(2, channels, *(-(-side // stride) for side in size))
            for channels, stride in zip(LEVELS['in_channels'], LEVELS['strides'], strict=True)]


@pytest.mark.parametrize('size', [(64, 96), (33, 50), (1, 1)])
def test_sizes(size):
    """It needs no level of stride 8, as IRNet's head does."""
    assert BoundaryHead(**LEVELS)(levels(size)).shape == (2, 1, *(-(-side // 4) for side in size))


def test_images_that_are_too_small_for_a_label():
    losses = BoundaryHead(**LEVELS).loss(levels((2, 2)), torch.zeros(2, 2, 2, dtype=torch.uint8))
    assert not any(losses.values())


def test_labels_are_sampled_as_by_pillow():
    from PIL import Image
    labels = torch.randint(0, 4, (1, 20, 28), dtype=torch.uint8)
    small = Image.fromarray(labels[0].numpy()).resize((7, 5), Image.NEAREST)
    assert torch.equal(at_stride(labels)[0], torch.tensor(list(small.getdata()), dtype=torch.uint8).view(5, 7))


@pytest.mark.parametrize(('settings', 'named'), [
    (dict(strides=(4, 2, 16)), 'strides'), (dict(strides=(2, 8, 16)), 4), (dict(in_channels=(1, 2)), 'in_channels')])
def test_levels_that_do_not_fit(settings, named):
    with pytest.raises(InputError, match=message_names('BoundaryHead', named)):
        BoundaryHead(**dict(LEVELS, **settings))


def test_a_backbone_of_other_channels_is_named():
    with pytest.raises(InputError, match=message_names((8, 16, 48))):
        BoundaryHead(**LEVELS)([*levels((32, 32))[:2], torch.randn(2, 48, 2, 2)])
