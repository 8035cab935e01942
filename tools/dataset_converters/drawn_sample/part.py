"""What objects are made of.

The frame of an object has a unit of about the body's length: x ahead, feet or wheels at the largest y.
"""
from dataclasses import dataclass

import numpy as np

from .paint import Paint


@dataclass
class Part:
    """An outline and its paint; `head` marks what tells the classes of a pair apart."""

    outline: np.ndarray
    paint: Paint
    head: bool = False
