"""Networks: backbones, necks, heads, segmentors and losses."""
from .backbones import EfficientNetLite0Init, FrozenTIMMBackbone, ResNetWithStem
from .data_preprocessor import CAMDataPreProcessor
from .heads import CAMHead, IRNHead, LearnableCodebook, VisualWordEncoder, VWEHead
from .losses import affinity_displacement_loss, decorrelation_loss
from .necks import HSPP, GlobalMaxPooling
from .segmentors import CAMClassifier, IRNet

__all__ = [
    'HSPP', 'CAMClassifier', 'CAMDataPreProcessor', 'CAMHead', 'EfficientNetLite0Init', 'FrozenTIMMBackbone',
    'GlobalMaxPooling', 'IRNHead', 'IRNet', 'LearnableCodebook', 'ResNetWithStem', 'VWEHead', 'VisualWordEncoder',
    'affinity_displacement_loss', 'decorrelation_loss'
]
