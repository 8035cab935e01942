"""Pooling between the backbone and an image-level head."""
from .attention_pooling import AttentionPooling
from .gmp import GlobalMaxPooling
from .hspp import HSPP
from .ngwp import NGWP, class_scores, focal_penalty, ngwp

__all__ = ['HSPP', 'NGWP', 'AttentionPooling', 'GlobalMaxPooling', 'class_scores', 'focal_penalty', 'ngwp']
