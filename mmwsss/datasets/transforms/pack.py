"""From a dictionary of the pipeline to what a model takes."""
from typing import Any

import torch
from mmengine.structures import PixelData
from mmseg.datasets.transforms import PackSegInputs
from mmseg.registry import TRANSFORMS


@TRANSFORMS.register_module()
class PackImageLabelInputs(PackSegInputs):
    """`PackSegInputs` that also packs the image-level labels.

    The sample gets the multi-hot `gt_score` `(L,)`, float32, where the image has labels, `cam` and `cam_keys` where
    `LoadCAM` read them, and `img_id` among its meta information. `gt_score` is MMPretrain's name, so its
    multi-label metrics read it.

    Args:
        meta_keys: see `PackSegInputs`; `img_id` is added.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.meta_keys = tuple(dict.fromkeys((*self.meta_keys, 'img_id')))

    def transform(self, results: dict) -> dict:
        """Pack `inputs` (uint8 or float32, `(3, H, W)`) and `data_samples`."""
        packed = super().transform(results)
        if results.get('gt_score') is not None:
            packed['data_samples'].gt_score = torch.tensor(results['gt_score'], dtype=torch.float32)
        if results.get('cam') is not None:
            packed['data_samples'].cam = PixelData(data=results['cam'])
            packed['data_samples'].cam_keys = results['cam_keys']
        return packed
