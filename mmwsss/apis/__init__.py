"""What to call from a program of one's own."""
from .wsss_inferencer import WSSSInferencer

__all__ = ['WSSSInferencer']
