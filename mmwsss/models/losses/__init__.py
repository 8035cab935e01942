"""Loss functions that MMSeg and MMPretrain do not have."""
from .affinity_displacement import affinity_displacement_loss
from .boundary import boundary_loss
from .constrain import ConstrainLoss, constrain_loss
from .crf_layer import CRFLayer, shrink_images
from .cue_prediction import CuePrediction, floored_softmax
from .decorrelation import decorrelation_loss
from .equivariance import (
                           cross_regularization_loss,
                           equivariance_loss,
                           keep_winner,
                           lowest_quarter_loss,
                           normalize_range,
)
from .expansion import ExpansionLoss, expansion_loss
from .gated_crf import GatedCRFLoss
from .pixel_cross_entropy import BalancedCrossEntropyLoss, PixelCrossEntropyLoss, SmoothedCrossEntropyLoss
from .pseudo_mask import PseudoMaskLoss, pseudo_mask_loss
from .seed import BalancedSeedLoss, SeedLoss, balanced_seed_loss, seed_loss

__all__ = [
    'BalancedCrossEntropyLoss', 'BalancedSeedLoss', 'CRFLayer', 'ConstrainLoss', 'CuePrediction', 'ExpansionLoss',
    'GatedCRFLoss', 'PixelCrossEntropyLoss', 'PseudoMaskLoss', 'SeedLoss', 'SmoothedCrossEntropyLoss',
    'affinity_displacement_loss', 'balanced_seed_loss', 'boundary_loss', 'constrain_loss', 'cross_regularization_loss',
    'decorrelation_loss', 'equivariance_loss', 'expansion_loss', 'floored_softmax', 'keep_winner',
    'lowest_quarter_loss', 'normalize_range', 'pseudo_mask_loss', 'seed_loss', 'shrink_images'
]
