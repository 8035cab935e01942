"""Data sets with image-level labels, and their pipeline transforms."""
from mmwsss import upstream  # noqa: F401  before any module of MMSegmentation

from .coco import COCOImageLabelDataset  # noqa: F401
from .image_label_dataset import ImageLabelDataset  # noqa: F401
from .image_labels import read_image_labels  # noqa: F401
from .transforms import *  # noqa: F401,F403
from .voc import VOCImageLabelDataset  # noqa: F401
