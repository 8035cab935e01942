"""Heads of the three networks, and the visual words."""
from .affinity_head import AffinityHead
from .boundary_head import BoundaryHead
from .cam_head import CAMHead, stack_gt_scores
from .check_head import check_head
from .codebook import Codebook, LearnableCodebook
from .deeplabv2_head import DeepLabV2Head
from .irn_head import IRNHead
from .large_fov_head import LargeFOVHead, VGG16Decimation
from .memory_bank import MemoryBankCodebook
from .pixel_correlation import PixelCorrelation, correlate, correlation_input
from .recam_head import ReCAMHead
from .seam_head import SEAMHead, ViewMaps
from .sub_category_head import SubCategoryHead
from .visual_word_encoder import Encoding, VisualWordEncoder
from .vwe_head import VWEHead

__all__ = [
    'AffinityHead', 'BoundaryHead', 'CAMHead', 'Codebook', 'DeepLabV2Head', 'Encoding', 'IRNHead', 'LargeFOVHead',
    'LearnableCodebook', 'MemoryBankCodebook', 'PixelCorrelation', 'ReCAMHead', 'SEAMHead', 'SubCategoryHead',
    'VGG16Decimation', 'VWEHead', 'ViewMaps', 'VisualWordEncoder', 'check_head', 'correlate', 'correlation_input',
    'stack_gt_scores'
]
