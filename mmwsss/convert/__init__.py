"""Converting checkpoints released by other projects."""
from .affinitynet import convert_affinitynet
from .irn import convert_irn
from .mxnet_params import read_mxnet_params
from .onestage import convert_onestage
from .resnet38 import convert_resnet38_cls, convert_resnet38_imagenet
from .seam import convert_seam
from .vwe import convert_vwe

__all__ = [
    'convert_affinitynet', 'convert_irn', 'convert_onestage', 'convert_resnet38_cls', 'convert_resnet38_imagenet',
    'convert_seam', 'convert_vwe', 'read_mxnet_params'
]
