"""timm's networks with frozen parts."""
from collections.abc import Sequence
from typing import Any

from mmpretrain.models.backbones import TIMMBackbone
from mmseg.registry import MODELS
from torch import nn

from mmwsss.utils.errors import InputError


@MODELS.register_module()
class FrozenTIMMBackbone(TIMMBackbone):
    """MMPretrain's `TIMMBackbone` with MMSeg's `frozen_stages` and `norm_eval` in timm's terms.

    Args:
        *args, **kwargs: those of `TIMMBackbone` (`model_name`, `features_only`, `output_stride`, ...).
        frozen_modules: names of timm's modules that do not learn and stay in eval mode, e.g.
            `('conv_stem', 'bn1', 'blocks.0')`.
        norm_eval: keep all batch norms at the statistics that were loaded; their affine parameters learn.

    Raises:
        InputError: a name that the network does not have.
    """

    def __init__(self, *args: Any, frozen_modules: Sequence[str] = (), norm_eval: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(self.timm_model.named_modules())
        unknown = [name for name in frozen_modules if name not in names]
        if unknown:
            raise InputError(f'FrozenTIMMBackbone: {kwargs.get("model_name", args[:1])} has no modules '
                             f'{unknown}; its parts are {[n for n, _ in self.timm_model.named_children()]}.')
        self.frozen = [names[name] for name in frozen_modules]
        self.norm_eval = norm_eval
        for module in self.frozen:
            module.requires_grad_(False)
        self.train()

    def train(self, mode: bool = True) -> 'FrozenTIMMBackbone':
        """Switch to training, but for what is frozen."""
        super().train(mode)
        for module in getattr(self, 'frozen', ()):
            module.eval()
        if mode and getattr(self, 'norm_eval', False):
            for module in self.modules():
                if isinstance(module, nn.modules.batchnorm._BatchNorm):
                    module.eval()
        return self
