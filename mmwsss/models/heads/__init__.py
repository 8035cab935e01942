"""Heads of the three networks, and the visual words."""
from .cam_head import CAMHead, stack_gt_scores
from .check_head import check_head
from .codebook import Codebook, LearnableCodebook
from .deeplabv2_head import DeepLabV2Head
from .irn_head import IRNHead
from .memory_bank import MemoryBankCodebook
from .recam_head import ReCAMHead
from .visual_word_encoder import Encoding, VisualWordEncoder
from .vwe_head import VWEHead

__all__ = [
    'CAMHead', 'Codebook', 'DeepLabV2Head', 'Encoding', 'IRNHead', 'LearnableCodebook', 'MemoryBankCodebook',
    'ReCAMHead', 'VWEHead', 'VisualWordEncoder', 'check_head', 'stack_gt_scores'
]
