"""Hooks for MMEngine's runner."""
from .fast_inference_hook import FastInferenceHook
from .mean_shift_hook import MeanShiftHook
from .progress_hook import ProgressHook

__all__ = ['FastInferenceHook', 'MeanShiftHook', 'ProgressHook']
