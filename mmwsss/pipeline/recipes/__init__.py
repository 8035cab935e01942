"""Usual lists of stages, each in a file of its own: functions that return the settings of the stages."""
from .affinitynet import affinitynet
from .bes import bes
from .cues import cues
from .irn import irn
from .sccam import sccam
from .train_and_test import train_and_test

__all__ = ['affinitynet', 'bes', 'cues', 'irn', 'sccam', 'train_and_test']
