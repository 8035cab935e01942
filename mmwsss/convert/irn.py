"""Converting released IRNet checkpoints for `IRNet` with an `IRNHead` on ResNet-50."""
import re

from torch import Tensor

from .resnet_names import IRNET_STAGES, canonical_name, check_names, resnet_names, unalias

WHAT = 'IRNet'
_LAYER = {'0.weight': 'conv.weight', '1.weight': 'gn.weight', '1.bias': 'gn.bias'}
_LAYERS = {
    **{f'fc_edge{level}': f'boundary_levels.{level - 1}' for level in range(1, 6)},
    **{f'fc_dp{level}': f'displacement_levels.{level - 1}' for level in range(1, 6)},
    'fc_dp6': 'displacement_coarse',
    'fc_dp7': 'displacement_fine',
}
_HEAD = {
    **{f'{old}.{part}': f'head.{new}.{field}' for old, new in _LAYERS.items() for part, field in _LAYER.items()},
    'fc_edge6.weight': 'head.boundary_out.weight',
    'fc_edge6.bias': 'head.boundary_out.bias',
    'fc_dp7.3.weight': 'head.displacement_out.weight',
    'fc_dp7.4.running_mean': 'head.running_mean',
}
_LISTS = {'edge_layers': 'fc_edge', 'dp_layers': 'fc_dp'}


def convert_irn(state_dict: dict[str, Tensor]) -> dict[str, Tensor]:
    """Rename the tensors of a released IRNet checkpoint.

    Duplicate tensors under other names and the prefix `module.` are accepted. The training buffers `path_indices<N>`
    and `disp_target` are dropped, because the radius determines them.

    Args:
        state_dict: name -> tensor, ResNet-50.

    Returns:
        A state dict that our model loads strictly; tensors are not copied.

    Raises:
        InputError: names are missing or unknown (listed), or duplicates differ.
    """
    tensors = {name: value for name, value in unalias(state_dict, _canonical).items() if not _is_training_buffer(name)}
    names = set(tensors)
    check_names(names & set(_HEAD), set(_HEAD), WHAT)
    check_names(names, resnet_names(names, 'resnet50') | set(_HEAD), WHAT)
    return {_HEAD.get(name) or 'backbone.' + name.removeprefix('resnet50.'): value for name, value in tensors.items()}


def _canonical(name: str) -> str:
    name = canonical_name(name, 'resnet50', IRNET_STAGES)
    if name == 'mean_shift.running_mean':
        return 'fc_dp7.4.running_mean'
    member = re.fullmatch(r'(edge_layers|dp_layers)\.(\d+)\.(.+)', name)
    return f'{_LISTS[member[1]]}{int(member[2]) + 1}.{member[3]}' if member else name


def _is_training_buffer(name: str) -> bool:
    return name == 'disp_target' or re.fullmatch(r'path_indices\d+', name) is not None
