"""Converting released SEAM checkpoints."""
from torch import Tensor

from .resnet38 import convert_with_head

_HEAD = {
    'fc8.weight': 'head.classifier.weight',
    'f8_3.weight': 'head.correlation.reduce.0.weight',
    'f8_4.weight': 'head.correlation.reduce.1.weight',
    'f9.weight': 'head.correlation.embed.weight',
}


def convert_seam(state_dict: dict[str, Tensor]) -> dict[str, Tensor]:
    """Convert a SEAM network on ResNet38 for `CAMClassifier` with a `SEAMHead`.

    Arguments, result and errors are those of :func:`convert_with_head`.
    """
    return convert_with_head(state_dict, _HEAD, 'SEAM')
