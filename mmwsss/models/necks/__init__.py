"""Pooling between the backbone and an image-level head."""
from .gmp import GlobalMaxPooling
from .hspp import HSPP

__all__ = ['HSPP', 'GlobalMaxPooling']
