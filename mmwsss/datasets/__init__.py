"""Data sets of image-level labels, and the steps of their pipelines."""
from mmwsss import upstream  # noqa: F401  before any module of MMSegmentation

from .image_label_dataset import ImageLabelDataset, VOCImageLabelDataset
from .image_labels import read_image_labels
from .transforms import (
    LoadCAM,
    LoadImage,
    LoadMask,
    PackImageLabelInputs,
    RandomCropPad,
    RandomResizeLongSide,
    RandomScale,
    ResizeLongSide,
    TopLeftCropPad,
)

__all__ = [
    'ImageLabelDataset', 'LoadCAM', 'LoadImage', 'LoadMask', 'PackImageLabelInputs', 'RandomCropPad',
    'RandomResizeLongSide', 'RandomScale', 'ResizeLongSide', 'TopLeftCropPad', 'VOCImageLabelDataset',
    'read_image_labels'
]
