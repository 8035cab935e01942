"""timm networks with frozen parts, and with levels before their last features."""
from collections.abc import Sequence
from typing import Any

from mmpretrain.models.backbones import TIMMBackbone
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.utils.errors import InputError


@MODELS.register_module()
class FrozenTIMMBackbone(TIMMBackbone):
    """MMPretrain's `TIMMBackbone` with counterparts of MMSeg's `frozen_stages`, `norm_eval` and `out_indices`.

    timm's `features_only=True` leaves out what follows the last stage, e.g. EfficientNet's `conv_head`, which has most
    of what it learned of classes; `levels` returns earlier levels beside it.

    Args:
        *args, **kwargs: those of `TIMMBackbone` (`model_name`, `features_only`, `output_stride`, ...).
        frozen_modules: names of timm modules that are not trained and stay in eval mode, e.g.
            `('conv_stem', 'bn1', 'blocks.0')`.
        norm_eval: freeze the statistics of all batch norms; their affine parameters are still trained.
        levels: names of timm modules whose outputs are returned before the last features, e.g.
            `('blocks.2', 'blocks.4')`.

    Raises:
        InputError: the network has no module of that name, or `levels` with `features_only`.
    """

    needs_packages = ('timm', )

    def __init__(self, *args: Any, frozen_modules: Sequence[str] = (), norm_eval: bool = True,
                 levels: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(self.timm_model.named_modules())
        unknown = [name for name in (*frozen_modules, *levels) if name not in names]
        if unknown:
            raise InputError(f'FrozenTIMMBackbone: {kwargs.get("model_name", args[:1])} has no modules '
                             f'{unknown}. Choose from {[n for n, _ in self.timm_model.named_children()]}.')
        if levels and kwargs.get('features_only'):
            raise InputError(f'FrozenTIMMBackbone: levels={tuple(levels)} go with the last features of the whole '
                             'network. Leave out features_only, or choose levels by out_indices.')
        self.frozen = [names[name] for name in frozen_modules]
        self.norm_eval = norm_eval
        self.levels = tuple(levels)
        for module in self.frozen:
            module.requires_grad_(False)
        self.train()

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return the levels and the last features of images `(N, 3, H, W)`."""
        found: dict[str, Tensor] = {}

        def keep(name: str) -> Any:
            return lambda module, inputs, output: found.update({name: output})

        handles = [self.timm_model.get_submodule(name).register_forward_hook(keep(name)) for name in self.levels]
        try:
            last = super().forward(x)
        finally:
            for handle in handles:
                handle.remove()
        return (*(found[name] for name in self.levels), *last)

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
