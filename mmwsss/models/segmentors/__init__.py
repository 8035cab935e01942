"""Models that predict a segmentation."""
from .cam_classifier import CAMClassifier
from .logits_tta_model import LogitsTTAModel
from .multi_scale_encoder_decoder import MultiScaleEncoderDecoder

__all__ = ['CAMClassifier', 'LogitsTTAModel', 'MultiScaleEncoderDecoder']
