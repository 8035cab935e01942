"""The reference network: our model with the rule's weights for the reference's names."""
import json
from pathlib import Path

import torch
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from weights_rule import tensor_by_name

from mmwsss.convert.vwe import convert_vwe

REPO = Path(__file__).resolve().parents[2]
NAMES = REPO / 'tests' / 'data' / 'vwe1_names.json'
MEAN = torch.tensor([123.675, 116.28, 103.53])[:, None, None]
STD = torch.tensor([58.395, 57.12, 57.375])[:, None, None]


def reference_checkpoint(salt: int = 7) -> dict[str, torch.Tensor]:
    """The released checkpoint's names with the rule's weights."""
    shapes = {name: entry['shape'] for name, entry in json.loads(NAMES.read_text()).items()}
    return {name: tensor_by_name(name, shape, salt) for name, shape in shapes.items()}


def vwe_resnet50(**head):
    """The paper's classifier, untrained, for 20 classes."""
    init_default_scope('mmseg')
    return MODELS.build(dict(
        type='CAMClassifier',
        data_preprocessor=dict(type='CAMDataPreProcessor', mean=MEAN.flatten().tolist(),
                               std=STD.flatten().tolist(), bgr_to_rgb=True),
        backbone=dict(type='ResNet', depth=50, strides=(1, 2, 2, 1), dilations=(1, 1, 1, 1),
                      out_indices=(3, ), style='pytorch', frozen_stages=2, norm_eval=True),
        neck=dict(type='HSPP'),
        head=dict(type='VWEHead', **head)))


def golden_network(**head):
    """The paper's classifier with the golden weights."""
    model = vwe_resnet50(**head)
    model.load_state_dict(convert_vwe(reference_checkpoint()))
    return model


def samples(labels) -> list[SegDataSample]:
    """A sample for each row of multi-hot labels."""
    result = []
    for row in labels:
        sample = SegDataSample()
        sample.gt_score = torch.as_tensor(row, dtype=torch.float32)
        result.append(sample)
    return result
