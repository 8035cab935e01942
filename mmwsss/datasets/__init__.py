"""Data sets of image-level labels, and the steps of their pipelines."""
from .image_label_dataset import ImageLabelDataset, VOCImageLabelDataset
from .image_labels import read_image_labels
from .transforms import (
    LoadImage,
    LoadMask,
    PackImageLabelInputs,
    RandomCropPad,
    RandomResizeLongSide,
    ResizeLongSide,
)

__all__ = [
    'ImageLabelDataset', 'LoadImage', 'LoadMask', 'PackImageLabelInputs', 'RandomCropPad', 'RandomResizeLongSide',
    'ResizeLongSide', 'VOCImageLabelDataset', 'read_image_labels'
]
