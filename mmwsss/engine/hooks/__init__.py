"""Hooks for MMEngine's runner."""
from .fast_inference_hook import FastInferenceHook
from .mean_shift_hook import MeanShiftHook
from .test_progress_hook import TestProgressHook

__all__ = ['FastInferenceHook', 'MeanShiftHook', 'TestProgressHook']
