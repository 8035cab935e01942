"""Models that predict a segmentation."""
from .cam_classifier import CAMClassifier
from .irnet import IRNet
from .multi_scale_encoder_decoder import MultiScaleEncoderDecoder

__all__ = ['CAMClassifier', 'IRNet', 'MultiScaleEncoderDecoder']
