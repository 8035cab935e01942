"""Usual lists of stages, each in a file of its own: functions that return the settings of the stages."""
from .irn import irn
from .train_and_test import train_and_test

__all__ = ['irn', 'train_and_test']
