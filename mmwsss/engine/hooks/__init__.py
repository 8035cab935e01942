"""Hooks for MMEngine's runner."""
from .channels_last_hook import ChannelsLastHook
from .check_invalid_loss_hook import CheckInvalidLossHook
from .fast_inference_hook import FastInferenceHook
from .initial_weights_hook import InitialWeightsHook
from .mean_shift_hook import MeanShiftHook
from .numbered_visualization_hook import NumberedVisualizationHook
from .progress_hook import ProgressHook
from .word_statistics_hook import WordStatisticsHook

__all__ = [
    'ChannelsLastHook', 'CheckInvalidLossHook', 'FastInferenceHook', 'InitialWeightsHook', 'MeanShiftHook',
    'NumberedVisualizationHook', 'ProgressHook', 'WordStatisticsHook'
]
