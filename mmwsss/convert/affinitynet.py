"""Converting AffinityNet checkpoints released by PSA and SEAM."""
from torch import Tensor

from .resnet38 import convert_with_head

_HEAD = {
    'f8_3.weight': 'head.levels.0.weight',
    'f8_4.weight': 'head.levels.1.weight',
    'f8_5.weight': 'head.levels.2.weight',
    'f9.weight': 'head.joint.weight',
}


def convert_affinitynet(state_dict: dict[str, Tensor]) -> dict[str, Tensor]:
    """Convert an AffinityNet on ResNet38 for `AffinityNet` with an `AffinityHead`.

    Arguments, result and errors are those of :func:`convert_with_head`.
    """
    return convert_with_head(state_dict, _HEAD, 'AffinityNet on ResNet38')
