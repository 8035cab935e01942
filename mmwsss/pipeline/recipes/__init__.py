"""Usual lists of stages, each in a file of its own: functions that return the settings of the stages."""
from .affinitynet import affinitynet
from .bes import bes
from .cam_table import cam_table
from .irn import irn
from .sccam import sccam

__all__ = ['affinitynet', 'bes', 'cam_table', 'irn', 'sccam']
