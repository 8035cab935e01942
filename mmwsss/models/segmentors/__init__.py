"""Models that predict a segmentation."""
from .cam_classifier import CAMClassifier
from .cue_encoder_decoder import CueEncoderDecoder
from .logits_tta_model import LogitsTTAModel
from .multi_scale_encoder_decoder import MultiScaleEncoderDecoder

__all__ = ['CAMClassifier', 'CueEncoderDecoder', 'LogitsTTAModel', 'MultiScaleEncoderDecoder']
