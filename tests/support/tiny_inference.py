"""Networks of every kind with random weights, for an inferencer, and what their models predict."""
import numpy as np
from mmengine.dataset import pseudo_collate
from mmseg.registry import DATASETS

CLASSES = ('bus', 'car', 'cat', 'cow', 'dog', 'horse')
CONFIGS = dict(classifier='vwe_hspp_r18_mini', irnet='irnet_r18_mini', segmentor='deeplabv2_r18_mini',
               one_stage='onestage_r18_mini')
IDS = np.array([0, 6, 7, 8, 10, 12, 13])  # of the classes in VOC's masks


def expected(inferencer, index=0, **changes):
    """What the model predicts for an image of the config's own test dataset."""
    dataset = DATASETS.build(inferencer.cfg.test_dataloader.dataset)
    item = dataset[index]
    for name, value in changes.items():
        item['data_samples'].set_field(value, name)
    return inferencer.model.test_step(pseudo_collate([item]))[0]


def image_path(root, index=0):
    return str(root / 'JPEGImages' / f'2007_{index:06d}.jpg')
