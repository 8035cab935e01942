"""The channels of a backbone's levels, found before anything runs."""
import torch
from torch import nn
from torch.func import functional_call

SIDE = 64  # of the imaginary images


def level_channels(backbone: nn.Module) -> list[int] | None:
    """Return the channels of each level, or None where they cannot be found.

    Shapes pass through the network, values do not: nothing is computed and no weight changes.

    Args:
        backbone: any network that takes `(N, 3, H, W)`.
    """
    tensors = {**dict(backbone.named_parameters()), **dict(backbone.named_buffers())}
    try:
        shapes = {name: torch.empty_like(tensor, device='meta') for name, tensor in tensors.items()}
        levels = functional_call(backbone, shapes, (torch.empty(2, 3, SIDE, SIDE, device='meta'), ))
    except Exception:  # of any type: the network may want another size, or compute on values
        return None
    levels = levels if isinstance(levels, tuple | list) else (levels, )
    return [level.shape[1] for level in levels]
