"""timm networks with frozen parts."""
from collections.abc import Sequence
from typing import Any

from mmpretrain.models.backbones import TIMMBackbone
from mmseg.registry import MODELS
from torch import nn

from mmwsss.utils.errors import InputError


@MODELS.register_module()
class FrozenTIMMBackbone(TIMMBackbone):
    """MMPretrain's `TIMMBackbone` with counterparts of MMSeg's `frozen_stages` and `norm_eval`.

    Args:
        *args, **kwargs: those of `TIMMBackbone` (`model_name`, `features_only`, `output_stride`, ...).
        frozen_modules: names of timm modules that are not trained and stay in eval mode, e.g.
            `('conv_stem', 'bn1', 'blocks.0')`.
        norm_eval: freeze the statistics of all batch norms; their affine parameters are still trained.

    Raises:
        InputError: the network has no module of that name.
    """

    def __init__(self, *args: Any, frozen_modules: Sequence[str] = (), norm_eval: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(self.timm_model.named_modules())
        unknown = [name for name in frozen_modules if name not in names]
        if unknown:
            raise InputError(f'FrozenTIMMBackbone: {kwargs.get("model_name", args[:1])} has no modules '
                             f'{unknown}. Choose from {[n for n, _ in self.timm_model.named_children()]}.')
        self.frozen = [names[name] for name in frozen_modules]
        self.norm_eval = norm_eval
        for module in self.frozen:
            module.requires_grad_(False)
        self.train()

    def train(self, mode: bool = True) -> 'FrozenTIMMBackbone':
        """Switch to training mode, except for frozen parts."""
        super().train(mode)
        for module in getattr(self, 'frozen', ()):
            module.eval()
        if mode and getattr(self, 'norm_eval', False):
            for module in self.modules():
                if isinstance(module, nn.modules.batchnorm._BatchNorm):
                    module.eval()
        return self
