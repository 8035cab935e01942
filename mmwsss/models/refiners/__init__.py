"""Refiners: networks that turn class activation maps into pseudo labels."""
from .affinity_net import AffinityNet
from .irn import IRNet
from .refiner import Refiner

__all__ = ['AffinityNet', 'IRNet', 'Refiner']
