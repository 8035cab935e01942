"""Additions to MMSeg's and MMPretrain's backbones."""
from .efficientnet_lite_init import EfficientNetLite0Init
from .resnet38 import ResNet38
from .resnet_with_stem import ResNetWithStem
from .timm_backbone import FrozenTIMMBackbone
from .vgg16_fc import VGG16FC
from .vgg16_stride8 import VGG16Stride8

__all__ = ['EfficientNetLite0Init', 'FrozenTIMMBackbone', 'ResNet38', 'ResNetWithStem', 'VGG16FC', 'VGG16Stride8']
