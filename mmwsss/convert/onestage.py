"""Converting released 1-Stage checkpoints for `OneStageSegmentor` with a `OneStageHead`."""
from torch import Tensor

from .resnet38 import resnet38_names
from .resnet_names import check_names, resnet_names, unalias

WHAT = '1-Stage on ResNet38, ResNet-50 or ResNet-101'
_NORM = ('weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked')
_STATISTICS = _NORM[2:]
# Convolution and norm in the release -> our layer.
_LAYERS = {
    **{(f'aspp.aspp{branch}.atrous_conv', f'aspp.aspp{branch}.bn'): f'aspp.branches.{branch - 1}'
       for branch in range(1, 5)},
    ('aspp.global_avg_pool.1', 'aspp.global_avg_pool.2'): 'aspp.image',
    ('aspp.conv1', 'aspp.bn1'): 'aspp.join',
    ('shallow_mask.fc_deep.0', 'shallow_mask.fc_deep.1'): 'cues.deep',
    ('shallow_mask.fc_skip.0', 'shallow_mask.fc_skip.1'): 'cues.shallow',
    ('shallow_mask.fc_cls.0', 'shallow_mask.fc_cls.1'): 'cues.out',
    ('fc8_skip.0', 'fc8_skip.1'): 'skip',
    ('fc8_x.0', 'fc8_x.1'): 'merge',
    ('last_conv.0', 'last_conv.1'): 'last.0',
    ('last_conv.4', 'last_conv.5'): 'last.2',
}
_HEAD = {
    **{f'{conv}.weight': f'decode_head.{ours}.conv.weight' for (conv, _), ours in _LAYERS.items()},
    **{f'{norm}.{field}': f'decode_head.{ours}.bn.{field}' for (_, norm), ours in _LAYERS.items()
       for field in (_STATISTICS if ours == 'cues.shallow' else _NORM)},
    'last_conv.8.weight': 'decode_head.classifier.weight',
    'last_conv.8.bias': 'decode_head.classifier.bias',
}


def convert_onestage(state_dict: dict[str, Tensor]) -> dict[str, Tensor]:
    """Rename the tensors of a released 1-Stage checkpoint.

    The prefix `module.` and missing counters (`num_batches_tracked`) are accepted; the constants of PAMR (`_aff.*`) are
    dropped. The backbone is found by the names.

    Args:
        state_dict: name -> tensor.

    Returns:
        A state dict that our model loads strictly; tensors are not copied.

    Raises:
        InputError: names are missing or unknown (listed).
    """
    tensors = unalias({name: value for name, value in state_dict.items()
                       if not name.removeprefix('module.').startswith('_aff.')}, _canonical)
    names = set(tensors)
    backbone = (set(resnet38_names()) if 'conv1a.weight' in names else
                {name.removeprefix('resnet.') for name in resnet_names({f'resnet.{name}' for name in names}, 'resnet')})
    head = {name for name in _HEAD if not name.endswith('num_batches_tracked')}
    check_names(names, backbone | head, WHAT)
    return {_HEAD.get(name) or f'backbone.{name}': value for name, value in tensors.items()}


def _canonical(name: str) -> str:
    return name.removeprefix('module.')
