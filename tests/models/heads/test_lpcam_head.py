"""The maps of prototypes, in a head on a trained one."""
import pytest
import torch
from message_names import message_names
from mmengine.registry import init_default_scope
from reference_network import samples

from mmwsss.models import CAMHead, Features, LPCAMHead
from mmwsss.pseudo_labels import prototype_cam
from mmwsss.utils.errors import InputError


@pytest.fixture(autouse=True)
def _scope():
    init_default_scope('mmseg')


def features(images=2):
    level = torch.rand(images, 6, 3, 4)
    return Features(torch.zeros(images, 3, 8, 8), (level, ), level.mean((2, 3)))


def test_maps_of_images_and_their_mirror_images():
    head, seen = LPCAMHead(3, 6, prototypes=4), features()
    head.centres.copy_(torch.rand(3, 4, 6))
    head.context[1, :2] = torch.rand(2, 6)
    own = prototype_cam(seen.levels[-1], head.centres, head.context)
    torch.testing.assert_close(head.cam(seen), own)
    straight, mirrored = seen.levels[-1].chunk(2)
    wanted = prototype_cam(straight + mirrored.flip(-1), head.centres, head.context)
    torch.testing.assert_close(head.cam_of_mirrored(seen), wanted)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        torch.testing.assert_close(head.cam(seen), own)


def test_the_rest_is_that_of_the_base():
    head, seen = LPCAMHead(3, 6, base=dict(type='CAMHead', drop_ratio=0.0)), features()
    labels = samples([[1, 0, 1], [0, 1, 0]])
    assert torch.equal(head.logits(seen), head.base.logits(seen))
    assert head.loss([seen], labels) == head.base.loss([seen], labels)
    assert torch.equal(head.cam(seen), head.base.cam(seen))  # without prototypes
    straight, mirrored = head.base.cam(seen).chunk(2)
    assert torch.equal(head.cam_of_mirrored(seen), straight + mirrored.flip(-1))


def test_settings_without_a_type_are_those_of_a_cam_head():
    base = LPCAMHead(3, 6, base=dict(drop_ratio=0.25)).base
    assert isinstance(base, CAMHead) and base.drop_ratio == 0.25 and base.classifier.weight.shape == (3, 6, 1, 1)


def test_bad_settings():
    with pytest.raises(InputError, match=message_names('prototypes=0')):
        LPCAMHead(prototypes=0)
