"""Networks: backbones, necks, heads, segmentors and losses."""
from .backbones import EfficientNetLite0Init, FrozenTIMMBackbone
from .data_preprocessor import CAMDataPreProcessor
from .heads import CAMHead, LearnableCodebook, VisualWordEncoder, VWEHead
from .losses import decorrelation_loss
from .necks import HSPP, GlobalMaxPooling
from .segmentors import CAMClassifier

__all__ = [
    'HSPP', 'CAMClassifier', 'CAMDataPreProcessor', 'CAMHead', 'EfficientNetLite0Init', 'FrozenTIMMBackbone',
    'GlobalMaxPooling', 'LearnableCodebook', 'VWEHead', 'VisualWordEncoder', 'decorrelation_loss'
]
