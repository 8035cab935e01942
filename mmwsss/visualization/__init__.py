"""Visualizing predictions."""
from .cam_visualizer import CAMLocalVisualizer

__all__ = ['CAMLocalVisualizer']
