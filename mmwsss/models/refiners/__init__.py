"""Refiners: networks that turn class activation maps into pseudo labels."""
from .affinity_net import AffinityNet
from .boundary import BoundaryRefiner
from .irn import IRNet
from .refiner import Refiner

__all__ = ['AffinityNet', 'BoundaryRefiner', 'IRNet', 'Refiner']
