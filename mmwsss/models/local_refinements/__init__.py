"""Refinements of class scores by the colours of the image, without training."""
from .dense_crf import DenseCRF
from .local_refinement import LocalRefinement
from .pamr import PAMR
from .par import PAR

__all__ = ['PAMR', 'PAR', 'DenseCRF', 'LocalRefinement']
