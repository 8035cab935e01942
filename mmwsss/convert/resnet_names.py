"""Names of ResNet layers in the reference code."""
import re
from collections.abc import Callable

from torch import Tensor

from mmwsss.utils.errors import InputError, first_names

# The reference code registers the ResNet's layers again in the lists `stage<n>` and `backbone.<n-1>`. Classifiers and
# IRNet group them differently: IRNet's first stage ends before layer1.
CLASSIFIER_STAGES = {
    '1.0': 'conv1', '1.1': 'bn1', '1.4': 'layer1', '2.0': 'layer2', '3.0': 'layer3', '4.0': 'layer4'
}
IRNET_STAGES = {
    '1.0': 'conv1', '1.1': 'bn1', '2.0': 'layer1', '3.0': 'layer2', '4.0': 'layer3', '5.0': 'layer4'
}
_BLOCKS = {(3, 4, 6, 3): 50, (3, 4, 23, 3): 101}
_NORM = ('weight', 'bias', 'running_mean', 'running_var')


def canonical_name(name: str, prefix: str, stages: dict[str, str]) -> str:
    """Undo DataParallel's `module.` and the aliases `stage<n>.` and `backbone.<n>.`.

    Args:
        name: as in the released checkpoint.
        prefix: name of the reference's ResNet, e.g. `resnet`.
        stages: `<n>.<position>` -> layer, `CLASSIFIER_STAGES` or `IRNET_STAGES`.

    Returns:
        `<prefix>.<layer>...` for the ResNet's tensors, other names without `module.`.
    """
    name = name.removeprefix('module.')
    stage = re.match(r'stage(\d)\.(\d)\.(.+)', name)
    if stage is None:
        stage = re.match(r'backbone\.(\d)\.(\d)\.(.+)', name)
        number = stage and str(int(stage[1]) + 1)
    else:
        number = stage[1]
    if stage is None or f'{number}.{stage[2]}' not in stages:
        return name
    return f"{prefix}.{stages[f'{number}.{stage[2]}']}.{stage[3]}"


def resnet_names(names: set[str], prefix: str) -> set[str]:
    """All tensor names of the ResNet-50 or ResNet-101 to which `names` belong, without counters.

    Args:
        names: canonical names, see :func:`canonical_name`; they determine the network.
        prefix: name of the reference's ResNet, e.g. `resnet`.

    Returns:
        `<prefix>.<layer>...` of all weights, biases and running statistics.

    Raises:
        InputError: the blocks fit neither network.
    """
    found = [{int(match[1]) for name in names if (match := re.match(rf'{prefix}\.layer{layer}\.(\d+)\.', name))}
             for layer in (1, 2, 3, 4)]
    depths = tuple(max(blocks, default=-1) + 1 for blocks in found)
    if depths not in _BLOCKS:
        raise InputError(f'The checkpoint is not a ResNet-50 or ResNet-101: {prefix}.layer1 to layer4 have {depths} '
                         'blocks instead of (3, 4, 6, 3) or (3, 4, 23, 3).')
    layers = ['conv1', 'bn1']
    for stage, depth in enumerate(depths, start=1):
        for block in range(depth):
            parts = [f'{kind}{number}' for number in (1, 2, 3) for kind in ('conv', 'bn')]
            parts += ['downsample.0', 'downsample.1'] if block == 0 else []
            layers += [f'layer{stage}.{block}.{part}' for part in parts]
    norms = [layer for layer in layers if layer.split('.')[-1].startswith('bn') or layer.endswith('downsample.1')]
    weights = {f'{prefix}.{layer}.weight' for layer in layers if layer not in norms}
    return weights | {f'{prefix}.{layer}.{field}' for layer in norms for field in _NORM}


def unalias(state_dict: dict[str, Tensor], rename: Callable[[str], str]) -> dict[str, Tensor]:
    """Keep each tensor once, under the name that `rename` gives.

    Args:
        state_dict: a released checkpoint.
        rename: name in the checkpoint -> canonical name.

    Returns:
        Canonical name -> tensor; tensors are not copied.

    Raises:
        InputError: two aliases have different tensors, or a value is not a tensor.
    """
    tensors: dict[str, Tensor] = {}
    for name, value in state_dict.items():
        if not isinstance(value, Tensor):
            raise InputError(f'The checkpoint is not the state dict of a released model: {name!r} is a '
                             f'{type(value).__name__}, not a tensor.')
        key = rename(name)
        if key in tensors and not (tensors[key].shape == value.shape and bool((tensors[key] == value).all())):
            raise InputError(f'The checkpoint contains two different tensors for {key}; the second is {name!r}.')
        tensors.setdefault(key, value)
    return tensors


def check_names(found: set[str], wanted: set[str], what: str) -> None:
    """Check that no name is missing or unknown.

    Args:
        found: names in the checkpoint; counters (`num_batches_tracked`) may be among them.
        wanted: names of the model.
        what: the model, for the message.

    Raises:
        InputError: names are missing or unknown; the message lists both.
    """
    missing = sorted(wanted - found)
    unknown = sorted(name for name in found - wanted if not name.endswith('num_batches_tracked'))
    if missing or unknown:
        raise InputError(f'The checkpoint does not belong to {what}. '
                         f'Missing ({len(missing)}): {first_names(missing, 10) or "none"}. '
                         f'Unknown ({len(unknown)}): {first_names(unknown, 10) or "none"}.')
