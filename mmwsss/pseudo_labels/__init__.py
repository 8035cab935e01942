"""From class activation maps to labels: functions on tensors and arrays, without any framework."""
from .boundary_label import boundary_label
from .cam_file import CAMFile, read_cam, write_cam
from .crf import dense_crf, dense_crf_labels, dense_crf_probs
from .instances import Instances, centroid_clusters, instance_map, instance_masks, refine_displacement
from .ir_label import cam_to_ir_label
from .label_scores import label_scores, refine_labels
from .local_prototypes import Prototypes, class_prototypes, prototype_cam
from .mask_average import average_masks, final_probs
from .mean_field import mean_field
from .pamr import pamr
from .par import par
from .path_index import PathIndex, path_index
from .pseudo_mask import pseudo_mask
from .random_walk import random_walk, random_walks, walk_scores, walk_to_label
from .region_growing import grow_seeds
from .strokes import cut_boxes, draw_strokes, fill_boxes
from .sub_categories import SubCategories, sub_categories
from .transition import Transition

__all__ = [
    'CAMFile', 'Instances', 'PathIndex', 'Prototypes', 'SubCategories', 'Transition', 'average_masks', 'boundary_label',
    'cam_to_ir_label', 'centroid_clusters', 'class_prototypes', 'cut_boxes', 'dense_crf', 'dense_crf_labels',
    'dense_crf_probs', 'draw_strokes', 'fill_boxes', 'final_probs', 'grow_seeds', 'instance_map', 'instance_masks',
    'label_scores', 'mean_field', 'pamr', 'par', 'path_index', 'prototype_cam', 'pseudo_mask', 'random_walk',
    'random_walks', 'read_cam', 'refine_displacement', 'refine_labels', 'sub_categories', 'walk_scores',
    'walk_to_label', 'write_cam'
]
