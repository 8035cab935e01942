"""Loss functions that MMSeg and MMPretrain do not have."""
from .affinity_displacement import affinity_displacement_loss
from .decorrelation import decorrelation_loss

__all__ = ['affinity_displacement_loss', 'decorrelation_loss']
