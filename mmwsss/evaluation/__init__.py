"""Evaluation of class activation maps."""
from .cam_iou_metric import CAMIoUMetric

__all__ = ['CAMIoUMetric']
