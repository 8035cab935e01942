"""Heads of the three networks, and the visual words."""
from .boundary_head import BoundaryHead
from .cam_head import CAMHead, stack_gt_scores
from .check_head import check_head
from .codebook import LearnableCodebook
from .deeplabv2_head import DeepLabV2Head
from .irn_head import IRNHead
from .sub_category_head import SubCategoryHead
from .visual_word_encoder import Encoding, VisualWordEncoder
from .vwe_head import VWEHead

__all__ = [
    'BoundaryHead', 'CAMHead', 'DeepLabV2Head', 'Encoding', 'IRNHead', 'LearnableCodebook', 'SubCategoryHead',
    'VWEHead', 'VisualWordEncoder', 'check_head', 'stack_gt_scores'
]
