"""Heads for image-level classifiers, and the visual words."""
from .cam_head import CAMHead
from .codebook import LearnableCodebook
from .visual_word_encoder import Encoding, VisualWordEncoder
from .vwe_head import VWEHead

__all__ = ['CAMHead', 'Encoding', 'LearnableCodebook', 'VWEHead', 'VisualWordEncoder']
