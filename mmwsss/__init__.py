"""Weakly-supervised semantic segmentation for MMSegmentation: from image labels to pixel labels.

Importing it registers every component in `mmseg.registry`, so that any MMSegmentation config gets
them with `custom_imports = dict(imports=['mmwsss'])`.
"""
import warnings

from .version import __version__, check_requirements

check_requirements()

with warnings.catch_warnings():
    # Of MMCV without compiled operators, which nothing here needs.
    warnings.filterwarnings('ignore', 'Fail to import ``MultiScaleDeformableAttention``')
    from . import datasets, engine, evaluation, models, visualization

__all__ = ['__version__', 'datasets', 'engine', 'evaluation', 'models', 'visualization']
