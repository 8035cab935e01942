"""Heads for image-level classifiers, and the visual words."""
from .cam_head import CAMHead
from .codebook import LearnableCodebook
from .irn_head import IRNHead
from .visual_word_encoder import Encoding, VisualWordEncoder
from .vwe_head import VWEHead

__all__ = ['CAMHead', 'Encoding', 'IRNHead', 'LearnableCodebook', 'VWEHead', 'VisualWordEncoder']
