"""Loss functions that MMSeg and MMPretrain do not have."""
from .affinity_displacement import affinity_displacement_loss
from .boundary import boundary_loss
from .decorrelation import decorrelation_loss
from .equivariance import (
                           cross_regularization_loss,
                           equivariance_loss,
                           keep_winner,
                           lowest_quarter_loss,
                           normalize_range,
)
from .gated_crf import GatedCRFLoss
from .pixel_cross_entropy import BalancedCrossEntropyLoss, PixelCrossEntropyLoss, SmoothedCrossEntropyLoss
from .pseudo_mask import PseudoMaskLoss, pseudo_mask_loss

__all__ = [
    'BalancedCrossEntropyLoss', 'GatedCRFLoss', 'PixelCrossEntropyLoss', 'PseudoMaskLoss', 'SmoothedCrossEntropyLoss',
    'affinity_displacement_loss', 'boundary_loss', 'cross_regularization_loss', 'decorrelation_loss',
    'equivariance_loss', 'keep_winner', 'lowest_quarter_loss', 'normalize_range', 'pseudo_mask_loss'
]
