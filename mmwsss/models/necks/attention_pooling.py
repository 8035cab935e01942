"""Attention pooling (BES)."""
from mmseg.registry import MODELS
from torch import Tensor, nn


def attention_pooling(feat: Tensor, scale: float = 1e-3) -> Tensor:
    """Average each channel with weights that grow with its own values.

    Chen, Wu, Fu, Han, Zhang: Weakly Supervised Semantic Segmentation with Boundary Exploration (BES), ECCV 2020. The
    weights are a softmax of `scale * feat` over the map; they have no gradient.

    Args:
        feat: `(N, C, H, W)`.
        scale: 0 is global average pooling; a large one approaches global maximum pooling.

    Returns:
        `(N, C)`.
    """
    weights = (scale * feat.detach().flatten(2).float()).softmax(dim=2)
    return (weights.to(feat.dtype) * feat.flatten(2)).sum(dim=2)


@MODELS.register_module()
class AttentionPooling(nn.Module):
    """Neck for attention pooling, see :func:`attention_pooling`: `(N, C, H, W) -> (N, C)`, also for tuples.

    Args:
        scale: of the features in the softmax; 0.001 as published.
    """
    part_of = 'the neck of a classifier (CAMClassifier, ImageClassifier)'

    def __init__(self, scale: float = 1e-3) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, inputs: Tensor | tuple[Tensor, ...]) -> Tensor | tuple[Tensor, ...]:
        """Pool `(N, C, H, W)` (or each of a tuple) to `(N, C)`."""
        if isinstance(inputs, tuple | list):
            return tuple(attention_pooling(feat, self.scale) for feat in inputs)
        return attention_pooling(inputs, self.scale)

    def extra_repr(self) -> str:
        """The settings, for `print(model)`."""
        return f'scale={self.scale}'
