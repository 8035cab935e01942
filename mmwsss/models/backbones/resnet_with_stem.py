"""MMSeg's ResNet that also returns the output of its stem."""
from mmseg.models.backbones import ResNet
from mmseg.registry import MODELS
from torch import Tensor


@MODELS.register_module()
class ResNetWithStem(ResNet):
    """`ResNet` whose first output level is the stem after its max pool (stride 4), as IRNet needs it.

    Args:
        **kwargs: those of `ResNet`; weight names are the same.
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
