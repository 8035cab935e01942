"""Loss functions that MMSeg and MMPretrain do not have."""
from .decorrelation import decorrelation_loss

__all__ = ['decorrelation_loss']
