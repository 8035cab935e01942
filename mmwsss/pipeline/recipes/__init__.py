"""Usual lists of stages, each in a file of its own: functions that return the settings of the stages."""
from .affinitynet import affinitynet
from .cam_table import cam_table
from .irn import irn

__all__ = ['affinitynet', 'cam_table', 'irn']
