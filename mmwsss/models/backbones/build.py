"""Building a backbone, with a message about levels that it does not have."""
from mmseg.registry import MODELS
from torch import nn

from mmwsss.utils.errors import InputError


def build_backbone(config: dict) -> nn.Module:
    """Build a backbone.

    Raises:
        InputError: it does not have the levels of `out_indices`.
    """
    try:
        return MODELS.build(config)
    except (AssertionError, IndexError) as error:  # how MMSeg's and timm's backbones refuse levels, and other settings
        if 'out_indices' not in config:
            raise
        MODELS.build(dict(config, out_indices=(0, )))  # another setting is refused again
        raise InputError(f'The backbone {config["type"]} does not have all levels of out_indices='
                         f'{config["out_indices"]}. Set model.backbone.out_indices to levels that it has, and '
                         'in_channels of the head to their channels.') from error
