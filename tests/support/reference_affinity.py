"""AffinityNet on given feature maps, with the rule's weights for the reference's names."""
import given_maps  # noqa: F401
import numpy as np
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from weights_rule import tensor_by_name

from mmwsss.pseudo_labels import path_index

CHANNELS = (24, 32, 48)  # of the golden maps
NAMES = {'head.levels.0.weight': 'f8_3.weight', 'head.levels.1.weight': 'f8_4.weight',
         'head.levels.2.weight': 'f8_5.weight', 'head.joint.weight': 'f9.weight'}


def golden_affinity_net(head=None, **test_cfg):
    """AffinityNet with the golden weights."""
    init_default_scope('mmseg')
    model = MODELS.build(dict(
        type='AffinityNet', backbone=dict(type='GivenMaps'),
        head=dict(type='AffinityHead', in_channels=CHANNELS, **(head or {})), test_cfg=test_cfg))
    model.load_state_dict({name: tensor_by_name(NAMES[name], value.shape, 7)
                           for name, value in model.state_dict().items()})
    return model.eval()


def in_scan_order(pairs, axis, radius=5):
    """Pairs in the order of a scan, as in the golden, from that of `path_index`."""
    return np.take(pairs, np.lexsort(path_index(radius).destinations.T[::-1]), axis)
