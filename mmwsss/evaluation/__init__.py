"""Evaluating and writing class activation maps and pseudo labels."""
from .cam_iou_metric import CAMIoUMetric
from .cam_writer import CAMWriter
from .class_iou_metric import ClassIoUMetric
from .crf_iou_metric import CRFIoUMetric
from .pseudo_label_writer import PseudoLabelWriter

__all__ = ['CAMIoUMetric', 'CAMWriter', 'ClassIoUMetric', 'CRFIoUMetric', 'PseudoLabelWriter']
