"""SEAM's head with the rule's weights, on backbone maps of few channels."""
import torch
from weights_rule import tensor_by_name

from mmwsss.models import SEAMHead

CHANNELS = (24, 32, 48)  # of conv4, conv5, conv6
SHAPES = {  # name here -> name and shape in the release
    'classifier.weight': ('fc8.weight', (21, 48, 1, 1)),
    'correlation.reduce.0.weight': ('f8_3.weight', (64, 24, 1, 1)),
    'correlation.reduce.1.weight': ('f8_4.weight', (128, 32, 1, 1)),
    'correlation.embed.weight': ('f9.weight', (192, 195, 1, 1)),
}


def golden_head(salt: int = 7, **settings) -> SEAMHead:
    """The head in eval mode."""
    head = SEAMHead(20, CHANNELS[2], CHANNELS[:2], **settings).eval()
    head.load_state_dict({ours: tensor_by_name(*theirs, salt) for ours, theirs in SHAPES.items()})
    return head


def tensors(golden: dict, *names: str, learn: bool = False) -> list[torch.Tensor]:
    """Recorded arrays as float32 tensors."""
    return [torch.from_numpy(golden[name]).float().requires_grad_(learn) for name in names]
