"""Networks: backbones, necks, heads, segmentors and losses."""
from .backbones import EfficientNetLite0Init, FrozenTIMMBackbone, ResNetWithStem
from .cam_merging import MirrorMaxSum, SumAll
from .data_preprocessor import CAMDataPreProcessor
from .features import Features
from .heads import CAMHead, DeepLabV2Head, IRNHead, LearnableCodebook, VisualWordEncoder, VWEHead
from .losses import BalancedCrossEntropyLoss, PixelCrossEntropyLoss, affinity_displacement_loss, decorrelation_loss
from .necks import HSPP, GlobalMaxPooling
from .segmentors import CAMClassifier, IRNet, LogitsTTAModel, MultiScaleEncoderDecoder

__all__ = [
    'HSPP', 'BalancedCrossEntropyLoss', 'CAMClassifier', 'CAMDataPreProcessor', 'CAMHead', 'DeepLabV2Head',
    'EfficientNetLite0Init', 'Features', 'FrozenTIMMBackbone', 'GlobalMaxPooling', 'IRNHead', 'IRNet',
    'LearnableCodebook', 'LogitsTTAModel', 'MirrorMaxSum', 'MultiScaleEncoderDecoder', 'PixelCrossEntropyLoss',
    'ResNetWithStem', 'SumAll', 'VWEHead', 'VisualWordEncoder', 'affinity_displacement_loss', 'decorrelation_loss'
]
