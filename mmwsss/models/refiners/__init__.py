"""Refiners: networks that turn class activation maps into pseudo labels."""
from .boundary import BoundaryRefiner
from .irn import IRNet
from .refiner import Refiner

__all__ = ['BoundaryRefiner', 'IRNet', 'Refiner']
