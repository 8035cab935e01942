"""The reference IRNet: our model with the rule's weights for the reference's names."""
import json

import torch
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from reference_network import MEAN, REPO, STD
from weights_rule import tensor_by_name

from mmwsss.convert.irn import convert_irn

NAMES = REPO / 'tests' / 'data' / 'irn_names.json'


def irn_checkpoint(salt: int = 7) -> dict[str, torch.Tensor]:
    """The released checkpoint's names with the rule's weights."""
    shapes = {name: entry['shape'] for name, entry in json.loads(NAMES.read_text()).items()}
    return {name: tensor_by_name(name, shape, salt) for name, shape in shapes.items()}


def irnet_resnet50(**test_cfg):
    """The published IRNet, untrained."""
    init_default_scope('mmseg')
    return MODELS.build(dict(
        type='IRNet',
        data_preprocessor=dict(type='CAMDataPreProcessor', mean=MEAN.flatten().tolist(),
                               std=STD.flatten().tolist(), bgr_to_rgb=True),
        backbone=dict(type='ResNetWithStem', depth=50, strides=(1, 2, 2, 1), dilations=(1, 1, 1, 1),
                      style='pytorch', norm_eval=True),
        head=dict(type='IRNHead'),
        test_cfg=test_cfg))


def golden_irnet(**test_cfg):
    """The published IRNet with the golden weights."""
    model = irnet_resnet50(**test_cfg)
    model.load_state_dict(convert_irn(irn_checkpoint()))
    return model
