"""Converting released checkpoints of the visual word encoder (v1, IJCAI 2021; v2, IJCV 2022) for `CAMClassifier`."""
from torch import Tensor

from .resnet_names import CLASSIFIER_STAGES, canonical_name, check_names, resnet_names, unalias

_HEAD = {
    'classifier.weight': 'head.classifier.weight',
    'fc_a.weight': 'head.word_to_image.weight',
    'fc_b.weight': 'head.word_classifier.weight',
    'VWE.centroid': 'head.encoder.codebook.words',
}
_ALIASES = {
    'newly_added.0.weight': 'classifier.weight',
    'newly_added.1.centroid': 'VWE.centroid',
    'newly_added.2.weight': 'fc_a.weight',
    'newly_added.3.weight': 'fc_b.weight',
}


def convert_vwe(state_dict: dict[str, Tensor]) -> dict[str, Tensor]:
    """Rename the tensors of a released VWE checkpoint for `CAMClassifier` with a `VWEHead`.

    Both releases use the same names. Duplicate tensors under other names and the prefix `module.` are accepted.

    Args:
        state_dict: name -> tensor, ResNet-50 or ResNet-101.

    Returns:
        A state dict that our model loads strictly; tensors are not copied, the codebook `(K, C, 1, 1)` is flattened
        to `(K, C)`.

    Raises:
        InputError: names are missing or unknown (listed), or duplicates differ.
    """
    tensors = unalias(state_dict, _canonical)
    names = set(tensors)
    check_names(names & set(_HEAD), set(_HEAD), 'the visual word encoder')
    check_names(names, resnet_names(names, 'resnet') | set(_HEAD), 'the visual word encoder')
    converted = {}
    for name, value in tensors.items():
        new = _HEAD.get(name) or 'backbone.' + name.removeprefix('resnet.')
        converted[new] = value.flatten(1) if name == 'VWE.centroid' else value
    return converted


def _canonical(name: str) -> str:
    name = canonical_name(name, 'resnet', CLASSIFIER_STAGES)
    return _ALIASES.get(name, name)
