"""Converting AffinityNet checkpoints released by PSA and SEAM."""
from torch import Tensor

from .resnet38 import convert_with_head
from .vgg16 import convert_vgg16, is_vgg16

_HEAD = {
    'f8_3.weight': 'head.levels.0.weight',
    'f8_4.weight': 'head.levels.1.weight',
    'f8_5.weight': 'head.levels.2.weight',
    'f9.weight': 'head.joint.weight',
}
_NORMS = {f'gn8_{level + 3}.{part}': f'head.norms.{level}.{part}' for level in range(3) for part in ('weight', 'bias')}


def convert_affinitynet(state_dict: dict[str, Tensor]) -> dict[str, Tensor]:
    """Convert an AffinityNet on ResNet38 or VGG16, told by the names, for `AffinityNet` with an `AffinityHead`.

    Arguments, result and errors are those of :func:`convert_with_head`; for VGG16 see also :func:`convert_vgg16`.
    """
    if is_vgg16(state_dict):
        return convert_vgg16(state_dict, {**_HEAD, **_NORMS}, 'AffinityNet on VGG16')
    return convert_with_head(state_dict, _HEAD, 'AffinityNet on ResNet38')
