"""Usual lists of stages, each in a file of its own: functions that return the settings of the stages."""
from .affinitynet import affinitynet
from .amn import amn
from .bes import bes
from .cues import cues
from .irn import irn
from .lpcam import lpcam
from .sccam import sccam
from .strokes import boxes, points, scribbles
from .train_and_test import train_and_test

__all__ = [
    'affinitynet', 'amn', 'bes', 'boxes', 'cues', 'irn', 'lpcam', 'points', 'sccam', 'scribbles', 'train_and_test'
]
