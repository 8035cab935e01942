"""Heads of the three networks, and the visual words."""
from .affinity_head import AffinityHead
from .amn_head import AMNHead
from .boundary_head import BoundaryHead
from .cam_head import CAMHead, stack_gt_scores
from .check_head import check_head
from .codebook import Codebook, LearnableCodebook
from .deeplabv2_head import DeepLabV2Head
from .image_prototypes import Seeds, image_prototypes, reactivate, structure_seeds
from .irn_head import IRNHead
from .lpcam_head import LPCAMHead
from .memory_bank import MemoryBankCodebook
from .pixel_correlation import PixelCorrelation, correlate, correlation_input
from .recam_head import ReCAMHead
from .seam_head import SEAMHead, ViewMaps
from .sipe_head import SIPEHead
from .sub_category_head import SubCategoryHead
from .visual_word_encoder import Encoding, VisualWordEncoder
from .vwe_head import VWEHead

__all__ = [
    'AMNHead', 'AffinityHead', 'BoundaryHead', 'CAMHead', 'Codebook', 'DeepLabV2Head', 'Encoding', 'IRNHead',
    'LPCAMHead', 'LearnableCodebook', 'MemoryBankCodebook', 'PixelCorrelation', 'ReCAMHead', 'SEAMHead', 'SIPEHead',
    'Seeds', 'SubCategoryHead', 'VWEHead', 'ViewMaps', 'VisualWordEncoder', 'check_head', 'correlate',
    'correlation_input', 'image_prototypes', 'reactivate', 'stack_gt_scores', 'structure_seeds'
]
