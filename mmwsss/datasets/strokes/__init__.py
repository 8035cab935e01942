"""Reading scribbles, points and boxes in the formats in which they are published."""
from .coco_boxes import coco_boxes_of, read_coco_boxes
from .label_maps import read_stroke_png
from .points import points_of, read_points
from .scribbles import read_scribbles
from .voc_boxes import read_voc_boxes

__all__ = [
    'coco_boxes_of', 'points_of', 'read_coco_boxes', 'read_points', 'read_scribbles', 'read_stroke_png',
    'read_voc_boxes'
]
