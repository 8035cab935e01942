"""Models that predict a segmentation."""
from .cam_classifier import CAMClassifier
from .logits_tta_model import LogitsTTAModel
from .multi_scale_encoder_decoder import MultiScaleEncoderDecoder
from .one_stage_segmentor import OneStageSegmentor

__all__ = ['CAMClassifier', 'LogitsTTAModel', 'MultiScaleEncoderDecoder', 'OneStageSegmentor']
