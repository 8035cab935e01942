"""Heads of classifiers, refiners and segmentors, and their parts, e.g. the visual words."""
from .affinity_head import AffinityHead
from .amn_head import AMNHead
from .boundary_head import BoundaryHead
from .cam_head import CAMHead, stack_gt_scores
from .check_head import check_head
from .codebook import Codebook, LearnableCodebook
from .deeplabv2_head import DeepLabV2Head
from .global_cue_injection import GlobalCueInjection
from .image_prototypes import Seeds, image_prototypes, reactivate, structure_seeds
from .irn_head import IRNHead
from .large_fov_head import LargeFOVHead, VGG16Decimation
from .lpcam_head import LPCAMHead
from .memory_bank import MemoryBankCodebook
from .ngwp_head import NGWPHead
from .one_stage_head import OneStageHead
from .pixel_correlation import PixelCorrelation, correlate, correlation_input
from .recam_head import ReCAMHead
from .seam_head import SEAMHead, ViewMaps
from .sipe_head import SIPEHead
from .stochastic_gate import StochasticGate, stochastic_gate
from .sub_category_head import SubCategoryHead
from .visual_word_encoder import Encoding, VisualWordEncoder
from .vwe_head import VWEHead

__all__ = [
    'AMNHead', 'AffinityHead', 'BoundaryHead', 'CAMHead', 'Codebook', 'DeepLabV2Head', 'Encoding', 'GlobalCueInjection',
    'IRNHead', 'LPCAMHead', 'LargeFOVHead', 'LearnableCodebook', 'MemoryBankCodebook', 'NGWPHead', 'OneStageHead',
    'PixelCorrelation', 'ReCAMHead', 'SEAMHead', 'SIPEHead', 'Seeds', 'StochasticGate', 'SubCategoryHead',
    'VGG16Decimation', 'VWEHead', 'ViewMaps', 'VisualWordEncoder', 'check_head', 'correlate', 'correlation_input',
    'image_prototypes', 'reactivate', 'stack_gt_scores', 'stochastic_gate', 'structure_seeds'
]
