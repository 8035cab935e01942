"""Pooling between the backbone and an image-level head."""
from .attention_pooling import AttentionPooling
from .gmp import GlobalMaxPooling
from .hspp import HSPP

__all__ = ['HSPP', 'AttentionPooling', 'GlobalMaxPooling']
