"""MMSeg's ResNet that also returns what its stem gives."""
from mmseg.models.backbones import ResNet
from mmseg.registry import MODELS
from torch import Tensor


@MODELS.register_module()
class ResNetWithStem(ResNet):
    """`ResNet` with the stem after its max pool (stride 4) in front of the other levels, as IRNet uses it.

    Args:
        **kwargs: those of `ResNet`; names of weights are the same.
    """

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Stem, then the stages of `out_indices`, each `(N, C, h, w)`."""
        x = self.stem(x) if self.deep_stem else self.relu(self.norm1(self.conv1(x)))
        levels = [self.maxpool(x)]
        x = levels[0]
        for index, name in enumerate(self.res_layers):
            x = getattr(self, name)(x)
            if index in self.out_indices:
                levels.append(x)
        return tuple(levels)
