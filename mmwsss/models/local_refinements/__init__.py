"""Refinements of class scores by the colours of the image, without training."""
from .dense_crf import DenseCRF
from .local_refinement import LocalRefinement

__all__ = ['DenseCRF', 'LocalRefinement']
