"""Loss functions that MMSeg and MMPretrain do not have."""
from .affinity_displacement import affinity_displacement_loss
from .balanced_cross_entropy import BalancedCrossEntropyLoss
from .decorrelation import decorrelation_loss

__all__ = ['BalancedCrossEntropyLoss', 'affinity_displacement_loss', 'decorrelation_loss']
