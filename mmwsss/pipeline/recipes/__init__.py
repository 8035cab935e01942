"""Usual lists of stages, each in a file of its own: functions that return the settings of the stages."""
from .affinitynet import affinitynet
from .bes import bes
from .irn import irn
from .sccam import sccam
from .strokes import boxes, points, scribbles
from .train_and_test import train_and_test

__all__ = ['affinitynet', 'bes', 'boxes', 'irn', 'points', 'sccam', 'scribbles', 'train_and_test']
