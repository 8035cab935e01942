"""Steps of a data pipeline."""
from .load_image import LoadImage
from .load_mask import LoadMask
from .pack import PackImageLabelInputs
from .random_crop_pad import RandomCropPad
from .random_resize_long_side import RandomResizeLongSide, ResizeLongSide

__all__ = [
    'LoadImage', 'LoadMask', 'PackImageLabelInputs', 'RandomCropPad', 'RandomResizeLongSide', 'ResizeLongSide'
]
