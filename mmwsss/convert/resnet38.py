"""Converting released ResNet38 checkpoints: ImageNet weights, and the classifiers of AffinityNet and SC-CAM."""
import re
from functools import lru_cache

import torch
from torch import Tensor

from mmwsss.models import ResNet38

from .resnet_names import check_names, unalias

_NORM = dict(gamma='weight', beta='bias', moving_mean='running_mean', moving_var='running_var')
_SUB_CATEGORIES = {'fc8_20.weight': 'head.classifier.weight', 'fc8_200.weight': 'head.sub_classifier.weight'}
_TOP = re.compile(r'(linear1000|fc8)[._](weight|bias)')


@lru_cache
def resnet38_names() -> frozenset[str]:
    """All tensor names of ResNet38 without counters; the release's names are ours."""
    with torch.device('meta'):
        names = ResNet38().state_dict()
    return frozenset(name for name in names if not name.endswith('num_batches_tracked'))


def convert_with_head(state_dict: dict[str, Tensor], head: dict[str, str], what: str) -> dict[str, Tensor]:
    """Rename the tensors of a network on ResNet38 for a model with `backbone` and `head`.

    Args:
        state_dict: name -> tensor; a prefix `module.` and missing counters (`num_batches_tracked`) are accepted.
        head: the release's name -> our name of every tensor that is not the backbone's.
        what: the network, for the message.

    Returns:
        A state dict that our model loads strictly; tensors are not copied.

    Raises:
        InputError: names are missing or unknown (listed).
    """
    tensors = unalias(state_dict, lambda name: name.removeprefix('module.'))
    check_names(set(tensors), set(resnet38_names()) | set(head), what)
    return {head.get(name) or f'backbone.{name}': value for name, value in tensors.items()}


def convert_resnet38_cls(state_dict: dict[str, Tensor]) -> dict[str, Tensor]:
    """Convert a classifier on ResNet38, for `CAMClassifier` with the head that the names tell.

    `fc8` is AffinityNet's or of SC-CAM's first training, for a `CAMHead`; `fc8_20` and `fc8_200` are of SC-CAM's
    rounds, for a `SubCategoryHead`. Arguments, result and errors are those of :func:`convert_with_head`.
    """
    names = {name.removeprefix('module.') for name in state_dict}
    if names & set(_SUB_CATEGORIES):
        return convert_with_head(state_dict, _SUB_CATEGORIES, 'SC-CAM on ResNet38')
    return convert_with_head(state_dict, {'fc8.weight': 'head.classifier.weight'}, 'a ResNet38 classifier')


def convert_resnet38_imagenet(state_dict: dict[str, Tensor]) -> dict[str, Tensor]:
    """Convert ImageNet weights for the backbone `ResNet38` alone, as its `init_cfg` loads them.

    Args:
        state_dict: with MXNet's names, e.g. of `ilsvrc-cls_rna-a1_cls1000_ep-0001.params`, or with PyTorch's. The
            classifier of ImageNet is dropped.

    Returns:
        A state dict that `ResNet38` loads strictly.

    Raises:
        InputError: names are missing or unknown (listed).
    """
    tensors = unalias(state_dict, _from_mxnet)
    tensors = {name: value for name, value in tensors.items() if not _TOP.fullmatch(name)}
    check_names(set(tensors), set(resnet38_names()), 'ResNet38')
    return tensors


def _from_mxnet(name: str) -> str:
    """`arg:res3b1_branch2a_weight` -> `b3_1.conv_branch2a.weight`; other names stay, without `module.`."""
    name = re.sub(r'^(module\.|arg:|aux:)', '', name)
    field = re.fullmatch(r'(.+)_(weight|gamma|beta|moving_mean|moving_var)', name)
    if field is None:
        return name
    layer, part = field[1], _NORM.get(field[2], field[2])
    block = re.fullmatch(r'(res|bn)(\d)(?:a|b(\d+))_(branch\w+)', layer)
    if block is None:
        return f'{layer}.{part}'
    kind = 'conv' if block[1] == 'res' else 'bn'
    number = f'_{block[3]}' if block[3] else ''
    return f'b{block[2]}{number}.{kind}_{block[4]}.{part}'
