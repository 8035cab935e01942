"""PASCAL VOC with image-level labels."""
from typing import Any

from mmseg.datasets import PascalVOCDataset
from mmseg.registry import DATASETS

from .image_label_dataset import ImageLabelDataset


@DATASETS.register_module()
class VOCImageLabelDataset(ImageLabelDataset):
    """PASCAL VOC, or some of its classes, with image-level labels.

    `metainfo=dict(classes=('background', 'cat', ...))` selects classes; MMSeg's `label_map` maps the masks.
    `label_file='Annotations'` reads VOC's own files.

    Args:
        data_prefix: VOC's image and mask folders.
        **kwargs: see :class:`ImageLabelDataset`.
    """

    METAINFO = PascalVOCDataset.METAINFO
    class_aliases = dict(plane='aeroplane', bike='bicycle', table='diningtable', plant='pottedplant',
                         monitor='tvmonitor')  # in ScribbleSup's XML
    missing_root_help = (
        'Download PASCAL VOC 2012 from the University of Oxford (VOC2012 home page, "training/validation data") and '
        'the augmented masks from the Semantic Boundaries Dataset (SBD). Then `python '
        'tools/dataset_converters/voc.py DATA_ROOT --archives FOLDER` unpacks them, writes the split lists and '
        'image_labels.json, and reports what is missing. For data elsewhere, set data_root in the config.')

    def __init__(self, ann_file: str = '', data_prefix: dict | None = None, **kwargs: Any) -> None:
        data_prefix = data_prefix or dict(img_path='JPEGImages', seg_map_path='SegmentationClass')
        super().__init__(ann_file=ann_file, data_prefix=data_prefix, **kwargs)
