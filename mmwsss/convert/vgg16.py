"""Converting the VGG16 checkpoints that AffinityNet (PSA) releases."""
import torch
from torch import Tensor

from mmwsss.models.backbones.vgg16_stride8 import STAGES

from .resnet_names import check_names, unalias

# The configs divide by these after subtracting the release's means, in RGB.
STD = (58.395, 57.12, 57.375)
_FIRST = 'backbone.features.0.weight'


def _backbone() -> dict[str, str]:
    """The release's name -> our name of every tensor of the backbone."""
    layers, index = dict(fc6='fc6', fc7='fc7'), 0
    for stage, (widths, *_) in enumerate(STAGES, 1):
        for number in range(1, len(widths) + 1):
            layers[f'conv{stage}_{number}'] = f'features.{index}'
            index += 2  # a ReLU follows
        index += 1  # the pool
    return {f'{theirs}.{part}': f'backbone.{ours}.{part}' for theirs, ours in layers.items()
            for part in ('weight', 'bias')}


_BACKBONE = _backbone()


def is_vgg16(state_dict: dict[str, Tensor]) -> bool:
    """Whether names are those of the release's VGG16."""
    return any(name.removeprefix('module.').startswith('conv1_1.') for name in state_dict)


def convert_vgg16(state_dict: dict[str, Tensor], head: dict[str, str], what: str) -> dict[str, Tensor]:
    """Rename the tensors of a network on VGG16 for a model with the backbone `VGG16FC` and a `head`.

    The release's input is BGR minus the mean, ours is RGB, divided by `STD` as well. So the first convolution gets its
    input channels in the other order and times `STD`; then both see the same. All other tensors stay as they are.

    Args:
        state_dict: name -> tensor; a prefix `module.` is accepted.
        head: the release's name -> our name of every tensor that is not the backbone's.
        what: the network, for the message.

    Returns:
        A state dict that our model loads strictly.

    Raises:
        InputError: names are missing or unknown (listed).
    """
    tensors = unalias(state_dict, lambda name: name.removeprefix('module.'))
    ours = {**_BACKBONE, **head}
    check_names(set(tensors), set(ours), what)
    converted = {ours[name]: value for name, value in tensors.items()}
    first = converted[_FIRST]
    converted[_FIRST] = first.flip(1) * torch.tensor(STD).to(first)[:, None, None]
    return converted


def convert_vgg16_cls(state_dict: dict[str, Tensor]) -> dict[str, Tensor]:
    """Convert AffinityNet's classifier on VGG16 for `CAMClassifier` with a `CAMHead`.

    Arguments, result and errors are those of :func:`convert_vgg16`.
    """
    return convert_vgg16(state_dict, {'fc8.weight': 'head.classifier.weight'}, 'a VGG16 classifier')
