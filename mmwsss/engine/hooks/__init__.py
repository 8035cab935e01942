"""Hooks for MMEngine's runner."""
from .fast_inference_hook import FastInferenceHook
from .initial_weights_hook import InitialWeightsHook
from .mean_shift_hook import MeanShiftHook
from .progress_hook import ProgressHook
from .word_statistics_hook import WordStatisticsHook

__all__ = ['FastInferenceHook', 'InitialWeightsHook', 'MeanShiftHook', 'ProgressHook', 'WordStatisticsHook']
