"""Refiners: networks that turn class activation maps into pseudo labels."""
from .irn import IRNet
from .refiner import Refiner

__all__ = ['IRNet', 'Refiner']
