"""What runs the stages: hooks, mixed precision and what the command line tools share."""
from .hooks import FastInferenceHook, MeanShiftHook, ProgressHook
from .mixed_precision import BFloat16OptimWrapper

__all__ = ['BFloat16OptimWrapper', 'FastInferenceHook', 'MeanShiftHook', 'ProgressHook']
