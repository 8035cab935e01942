"""Checkpoints that other projects released -> ours."""
from .vwe import convert_vwe

__all__ = ['convert_vwe']
