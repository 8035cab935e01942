"""Networks: backbones, necks, heads, segmentors and losses."""
from mmwsss import upstream  # noqa: F401  before any module of MMSegmentation

from .backbones import EfficientNetLite0Init, FrozenTIMMBackbone, ResNetWithStem
from .data_preprocessor import CAMDataPreProcessor
from .heads import CAMHead, DeepLabV2Head, IRNHead, LearnableCodebook, VisualWordEncoder, VWEHead
from .losses import BalancedCrossEntropyLoss, PixelCrossEntropyLoss, affinity_displacement_loss, decorrelation_loss
from .necks import HSPP, GlobalMaxPooling
from .segmentors import CAMClassifier, IRNet, LogitsTTAModel, MultiScaleEncoderDecoder

__all__ = [
    'HSPP', 'BalancedCrossEntropyLoss', 'CAMClassifier', 'CAMDataPreProcessor', 'CAMHead', 'DeepLabV2Head',
    'EfficientNetLite0Init', 'FrozenTIMMBackbone', 'GlobalMaxPooling', 'IRNHead', 'IRNet', 'LearnableCodebook',
    'LogitsTTAModel', 'MultiScaleEncoderDecoder', 'PixelCrossEntropyLoss', 'ResNetWithStem', 'VWEHead',
    'VisualWordEncoder', 'affinity_displacement_loss', 'decorrelation_loss'
]
