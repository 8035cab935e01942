"""Converting released checkpoints of the visual word encoder (v1, IJCAI 2021; v2, IJCV 2022) for `CAMClassifier`.

A checkpoint of VWL-M, the memory bank of v2, has no codebook: its words are in another file, `*_codebook.npy`.
"""
import torch
from torch import Tensor

from mmwsss.utils.errors import InputError

from .resnet_names import CLASSIFIER_STAGES, canonical_name, check_names, resnet_names, unalias

_HEAD = {
    'classifier.weight': 'head.classifier.weight',
    'fc_a.weight': 'head.word_to_image.weight',
    'fc_b.weight': 'head.word_classifier.weight',
}
_CODEBOOK = 'VWE.centroid'
_WORDS = 'head.encoder.codebook.words'
_INITIALISED = 'head.encoder.codebook.initialised'
# `newly_added` lists the new layers; VWL-M's list lacks the codebook.
_ALIASES = {
    'newly_added.0.weight': 'classifier.weight',
    'newly_added.1.centroid': _CODEBOOK,
    'newly_added.2.weight': 'fc_a.weight',
    'newly_added.3.weight': 'fc_b.weight',
}
_ALIASES_MEMORY_BANK = {
    'newly_added.0.weight': 'classifier.weight',
    'newly_added.1.weight': 'fc_a.weight',
    'newly_added.2.weight': 'fc_b.weight',
}


def convert_vwe(state_dict: dict[str, Tensor], codebook: Tensor | None = None) -> dict[str, Tensor]:
    """Rename the tensors of a released VWE or VWL checkpoint for `CAMClassifier` with a `VWEHead`.

    Both releases use the same names. Duplicate tensors under other names and the prefix `module.` are accepted.

    Args:
        state_dict: name -> tensor, ResNet-50 or ResNet-101.
        codebook: `(K, C)` words of the memory bank, the content of VWL-M's `*_codebook.npy`. Without it the words of a
            converted VWL-M are 0: class maps do not need them, and a training draws new ones.

    Returns:
        A state dict that our model loads strictly; tensors are not copied, a codebook `(K, C, 1, 1)` is flattened to
        `(K, C)`. For VWL-M the model's codebook must be a `MemoryBankCodebook`.

    Raises:
        InputError: names are missing or unknown (listed), duplicates differ, or `codebook` does not belong to the
            checkpoint.
    """
    memory_bank = _is_memory_bank(state_dict)
    aliases = _ALIASES_MEMORY_BANK if memory_bank else _ALIASES
    tensors = unalias(state_dict, lambda name: _canonical(name, aliases))
    names = set(tensors)
    head = set(_HEAD) if memory_bank else {*_HEAD, _CODEBOOK}
    check_names(names & head, head, 'the visual word encoder')
    check_names(names, resnet_names(names, 'resnet') | head, 'the visual word encoder')
    converted = {_HEAD.get(name) or 'backbone.' + name.removeprefix('resnet.'): value
                 for name, value in tensors.items() if name != _CODEBOOK}
    if memory_bank:
        converted[_WORDS] = _memory_bank(tensors['fc_b.weight'], codebook)
        converted[_INITIALISED] = torch.tensor(codebook is not None)
        return converted
    if codebook is not None:
        raise InputError('The checkpoint has a codebook of its own (VWE.centroid). Omit the other one.')
    converted[_WORDS] = tensors[_CODEBOOK].flatten(1)
    return converted


def _is_memory_bank(state_dict: dict[str, Tensor]) -> bool:
    """Whether the names are those of VWL-M: word classifiers, but no codebook."""
    names = {name.removeprefix('module.') for name in state_dict}
    if names & {_CODEBOOK, 'newly_added.1.centroid', 'newly_added.3.weight'}:
        return False
    return all(name in names or alias in names for alias, name in _ALIASES_MEMORY_BANK.items())


def _memory_bank(word_classifier: Tensor, codebook: Tensor | None) -> Tensor:
    """The words `(K, C)` that belong to a word classifier `(K, C, 1, 1)`."""
    size = tuple(word_classifier.shape[:2])
    if codebook is None:
        return word_classifier.new_zeros(size)
    words = codebook.flatten(1)
    if tuple(words.shape) != size:
        raise InputError(f'The codebook has {tuple(words.shape)} words x channels, but the checkpoint was trained with '
                         f'{size}. Give the codebook that was written beside this checkpoint.')
    return words.to(word_classifier.dtype)


def _canonical(name: str, aliases: dict[str, str]) -> str:
    name = canonical_name(name, 'resnet', CLASSIFIER_STAGES)
    return aliases.get(name, name)
