"""Kinds of weak annotations with places, each in a file of its own: functions in `ANNOTATIONS`.

The name of a function is KIND in `tools/make_stroke_labels.py` and `kind` of the stage `StrokeLabels`. Its arguments
are `sources` (paths), `ids` (:class:`ClassIds`) and its own settings.
"""
from .annotations import Annotations
from .boxes import boxes
from .points import points
from .scribbles import scribbles

__all__ = ['Annotations', 'boxes', 'points', 'scribbles']
