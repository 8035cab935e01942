"""What becomes of an image before the network: loading, the config's test pipeline, labels and CAMs."""
import math
from collections.abc import Sequence
from typing import Any

import torch
from mmcv.transforms import Compose
from mmengine.structures import PixelData
from mmseg.registry import TRANSFORMS
from mmseg.structures import SegDataSample

from mmwsss.datasets import LoadCAM
from mmwsss.datasets.transforms.load_image import read_image

from .inputs import InputImage

ANNOTATIONS = ('LoadMask', 'LoadAnnotations', 'LoadCAM')
REMEDY = 'Replace the file, or omit it.'


class ItemMaker:
    """Makes one item of a batch of each image.

    Args:
        pipeline: of the config's test data. Its first step loads images; its loading of annotations is left out.
        max_size: long side, pixels, to which larger images are shrunk; `None` for no limit.
        image_classes: names of the classes without the background.
        large: class scores of an image (pixels times classes) above which the network predicts it at the size that it
            sees, and `enlarge` does the rest; `None` for no limit.
    """

    def __init__(self, pipeline: Sequence[dict], max_size: int | None, image_classes: Sequence[str],
                 large: int | None = None) -> None:
        first, *others = pipeline
        self.load_file = TRANSFORMS.build(first)
        limit = [] if max_size is None else [dict(type='ResizeLongSide', size=max_size)]
        self.steps = Compose([*limit, *(step for step in others if step['type'] not in ANNOTATIONS)])
        self.image_classes, self.large = list(image_classes), large

    def load(self, entry: InputImage) -> dict[str, Any]:
        """Return what the first step of the pipeline makes of an image.

        Raises:
            InputError: the file is missing or damaged.
        """
        if entry.image is not None:
            size = entry.image.shape[:2]
            return dict(img_path=entry.name, img=entry.image, img_shape=size, ori_shape=size)
        try:
            return self.load_file(dict(img_path=entry.path))
        except Exception as error:  # every loader has its own, with advice for data sets
            failure = error
        read_image(entry.path, remedy=REMEDY)  # says what is wrong
        raise failure

    def __call__(self, entry: InputImage, labels: Sequence[str] | None = None,
                 cam_path: str | None = None) -> dict[str, Any]:
        """Return an image's item.

        Args:
            entry: the image.
            labels: image classes that it holds; `None` if unknown.
            cam_path: of its CAM file; `None` for none.

        Returns:
            `inputs` `(3, H, W)` and `data_samples`, a sample with `img_id`; with labels also `allowed` (indices of
            image classes) and `gt_score` `(L,)`, with a CAM file `cam` and `cam_keys` of the allowed classes.

        Raises:
            InputError: image or CAM file are missing or damaged, or do not belong together.
        """
        loaded = dict(self.load(entry), img_id=entry.name, seg_fields=[], reduce_zero_label=False)
        cam = None if cam_path is None else LoadCAM().transform(
            dict(loaded, cam_path=cam_path, image_classes=self.image_classes))
        item = self.steps(loaded)
        sample = item['data_samples']
        keys = None if labels is None else [self.image_classes.index(label) for label in labels]
        if keys is not None:
            sample.set_metainfo(dict(allowed=keys))
            sample.gt_score = torch.zeros(len(self.image_classes))
            sample.gt_score[keys] = 1
        self._spare(sample)
        if cam is not None:
            kept = torch.ones_like(cam['cam_keys'], dtype=torch.bool) if keys is None else torch.isin(
                cam['cam_keys'], torch.tensor(keys, dtype=torch.int64))
            sample.cam, sample.cam_keys = PixelData(data=cam['cam'][kept]), cam['cam_keys'][kept]
            if entry.image is not None:  # a local refinement cannot read it from a file
                sample.set_metainfo(dict(ori_img=entry.image))
        return item

    def _spare(self, sample: SegDataSample) -> None:
        """Let the network predict a large image at the size that it sees; `enlarge` does the rest."""
        full, seen = (tuple(sample.metainfo.get(key, ())[:2]) for key in ('ori_shape', 'img_shape'))
        values = math.prod(full) * (len(self.image_classes) + 1)
        if self.large is not None and full and seen and full != seen and values > self.large:
            sample.set_metainfo(dict(full_shape=full, ori_shape=seen))
