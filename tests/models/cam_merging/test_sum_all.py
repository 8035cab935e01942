"""AffinityNet's merging rule: a power of each map before the sum."""
import pytest
import torch
import torch.nn.functional as F
from message_names import message_names
from mmseg.registry import TASK_UTILS

from mmwsss.utils.errors import InputError


def test_square_roots_before_the_sum():
    """The root is taken at the size of the maps, before they are enlarged; without a power nothing changes."""
    cams = [torch.rand(2, 3, 4, 5), torch.rand(2, 3, 8, 10)]
    for power, root in ((0.5, torch.sqrt), (1.0, lambda cam: cam)):
        total = sum(F.interpolate(root(cam), (16, 20), mode='bilinear', align_corners=False).sum(0) for cam in cams)
        found = TASK_UTILS.build(dict(type='SumAll', power=power))(cams, (16, 20))
        torch.testing.assert_close(found, total / (total.amax((1, 2), keepdim=True) + 1e-5))
    plain = TASK_UTILS.build(dict(type='SumAll'))(cams, (16, 20))
    assert torch.equal(plain, found) and (cams[0] >= 0).all()


@pytest.mark.parametrize('power', [0, -1])
def test_a_power_that_is_none(power):
    with pytest.raises(InputError, match=message_names('power', power)):
        TASK_UTILS.build(dict(type='SumAll', power=power))
