"""Data pipeline transforms."""
from .affinity_label import AffinityLabel
from .boundary_labels import BoundaryLabels
from .load_affinity_scores import LoadAffinityScores
from .load_cam import LoadCAM
from .load_cues import LoadCues
from .load_image import LoadImage
from .load_mask import LoadMask
from .pack import PackImageLabelInputs
from .random_crop_pad import RandomCropPad
from .random_resize_long_side import RandomResizeLongSide, ResizeLongSide
from .random_scale import RandomScale
from .top_left_crop_pad import TopLeftCropPad

__all__ = [
    'AffinityLabel', 'BoundaryLabels', 'LoadAffinityScores', 'LoadCAM', 'LoadCues', 'LoadImage', 'LoadMask',
    'PackImageLabelInputs', 'RandomCropPad', 'RandomResizeLongSide', 'RandomScale', 'ResizeLongSide', 'TopLeftCropPad'
]
