"""Drawing of what the models predict."""
from .cam_visualizer import CAMLocalVisualizer

__all__ = ['CAMLocalVisualizer']
