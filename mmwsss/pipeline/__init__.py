"""The stages from image-level labels to a segmentation network, one after the other, each an ordinary tool."""
from .plan import Plan, read_plan
from .run import run_pipeline
from .stage import Stage

__all__ = ['Plan', 'Stage', 'read_plan', 'run_pipeline']
