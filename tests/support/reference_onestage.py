"""1-Stage's ResNet-50 with the weights by the rule, as the authors' network was run."""
import json

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from reference_network import REPO
from weights_rule import tensor_by_name

from mmwsss.convert import convert_onestage

NAMES = json.loads((REPO / 'tests/data/onestage_names.json').read_text())


def released_checkpoint(last_factor: float, last_bias: torch.Tensor, salt: int = 7) -> dict[str, torch.Tensor]:
    """The release's names with the rule's weights; those of the last layer are changed so that masks survive."""
    state = {name: tensor_by_name(name, shape, salt) for name, shape in NAMES['shapes'].items()}
    state['last_conv.8.weight'] *= last_factor
    state['last_conv.8.bias'] = last_bias
    return state


def onestage_resnet50(**settings):
    """The network of `configs/onestage_r50_voc.py`, with random weights."""
    init_default_scope('mmseg')
    cfg = Config.fromfile(REPO / 'configs/_base_/models/onestage_r50.py')
    cfg.merge_from_dict({'model.backbone.init_cfg': None, **settings})
    return MODELS.build(cfg.model)


def golden_onestage(data):
    """The network in eval mode without warm-up, and the normalised input."""
    model = onestage_resnet50(**{'model.train_cfg.warmup_epochs': 0}).eval()
    model.load_state_dict(convert_onestage(
        released_checkpoint(float(data['net_last_factor']), torch.from_numpy(data['net_last_bias']))))
    images = torch.from_numpy(data['net_pic']).float()
    return model, (images - model.data_preprocessor.mean) / model.data_preprocessor.std
