"""Pooling between the backbone and an image-level head."""
from .attention_pooling import AttentionPooling
from .gmp import GlobalMaxPooling
from .hspp import HSPP
from .ngwp import NGWP, class_scores, focal_penalty, ngwp
from .rank_pooling import WeightedRankPooling, weighted_rank_pooling

__all__ = [
    'AttentionPooling', 'GlobalMaxPooling', 'HSPP', 'NGWP', 'WeightedRankPooling', 'class_scores', 'focal_penalty',
    'ngwp', 'weighted_rank_pooling'
]
