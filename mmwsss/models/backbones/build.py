"""Building a backbone, with a message about levels that it does not have."""
from mmseg.registry import MODELS
from torch import nn

from mmwsss.utils.errors import InputError


def build_backbone(config: dict) -> nn.Module:
    """Build a backbone.

    Raises:
        InputError: it refuses `out_indices`. MMSeg's and timm's backbones do that by an assertion or an index error.
    """
    try:
        return MODELS.build(config)
    except (AssertionError, IndexError) as error:
        if 'out_indices' not in config:
            raise
        raise InputError(f'The backbone {config["type"]} cannot return the levels out_indices='
                         f'{tuple(config["out_indices"])} ({error}). Set out_indices of model.backbone to levels that '
                         'it has, and in_channels of the head to theirs.') from error
