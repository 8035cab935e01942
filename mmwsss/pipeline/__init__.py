"""Stages from image-level labels to a segmentation network, each of them an ordinary tool with an ordinary config."""
from .config import make_plan, read_plan
from .launcher import Launcher
from .plan import Plan
from .run import run_pipeline
from .stage import Call, Output, Stage

__all__ = ['Call', 'Launcher', 'Output', 'Plan', 'Stage', 'make_plan', 'read_plan', 'run_pipeline']
