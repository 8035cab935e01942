"""Pooling between the backbone and an image-level head."""
from .attention_pooling import AttentionPooling
from .gmp import GlobalMaxPooling
from .hspp import HSPP
from .rank_pooling import WeightedRankPooling, weighted_rank_pooling

__all__ = ['HSPP', 'AttentionPooling', 'GlobalMaxPooling', 'WeightedRankPooling', 'weighted_rank_pooling']
