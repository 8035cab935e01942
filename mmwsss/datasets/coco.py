"""MS COCO with image-level labels."""
from typing import Any

from mmseg.registry import DATASETS

from mmwsss.utils.coco import CLASSES
from mmwsss.utils.palette_png import class_palette

from .image_label_dataset import ImageLabelDataset


@DATASETS.register_module()
class COCOImageLabelDataset(ImageLabelDataset):
    """MS COCO in 81 classes, or some of them, with image-level labels (`tools/dataset_converters/coco.py`).

    An id is a path such as `train2014/COCO_train2014_000000000009`, so one list may hold images of several folders.

    Args:
        data_prefix: folders of images and masks, both with one subfolder for each split.
        **kwargs: see :class:`ImageLabelDataset`.
    """

    METAINFO = dict(classes=CLASSES, palette=class_palette(len(CLASSES)))
    missing_root_help = (
        'Download the images (train2014, val2014) and instance annotations of MS COCO 2014 from its home page and '
        'unpack them into one folder. Then `python tools/dataset_converters/coco.py DATA_ROOT` writes masks, lists '
        'and image_labels.json. For data elsewhere, set data_root in the config.')

    def __init__(self, ann_file: str = '', data_prefix: dict | None = None, **kwargs: Any) -> None:
        data_prefix = data_prefix or dict(img_path='', seg_map_path='SegmentationClass')
        super().__init__(ann_file=ann_file, data_prefix=data_prefix, **kwargs)
