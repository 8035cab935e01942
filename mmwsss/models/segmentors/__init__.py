"""Models that predict a segmentation."""
from .cam_classifier import CAMClassifier
from .cue_encoder_decoder import CueEncoderDecoder
from .image_loss_encoder_decoder import ImageLossEncoderDecoder
from .logits_tta_model import LogitsTTAModel
from .multi_scale_encoder_decoder import MultiScaleEncoderDecoder
from .one_stage_segmentor import OneStageSegmentor

__all__ = [
    'CAMClassifier', 'CueEncoderDecoder', 'ImageLossEncoderDecoder', 'LogitsTTAModel', 'MultiScaleEncoderDecoder',
    'OneStageSegmentor'
]
