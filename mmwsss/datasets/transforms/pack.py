"""Packing pipeline results into model inputs."""
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from mmengine.structures import PixelData
from mmseg.datasets.transforms import PackSegInputs
from mmseg.registry import TRANSFORMS

from mmwsss.utils.errors import InputError


@TRANSFORMS.register_module()
class PackImageLabelInputs(PackSegInputs):
    """`PackSegInputs` that also packs the image-level labels.

    The sample gets the multi-hot `gt_score` `(L,)`, float32, if the image has labels, `cam` and `cam_keys` if
    `LoadCAM` read them, and in its meta information `img_id` and, of `RandomCropPad`, `crop_window`. MMPretrain's
    multi-label metrics read `gt_score`.

    Args:
        keys: other keys of `results` to copy into the sample, e.g. data that your own transform loads for your own
            head; arrays become tensors of the same type.
        **kwargs: those of `PackSegInputs`; `img_id`, `crop_window` and `backend_args` are added to `meta_keys`.
    """

    meta_keys: Sequence[str]

    def __init__(self, keys: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.keys = tuple(keys)
        self.meta_keys = tuple(dict.fromkeys((*self.meta_keys, 'img_id', 'crop_window', 'backend_args')))

    def transform(self, results: dict) -> dict:
        """Pack `inputs` (uint8 or float32, `(3, H, W)`) and `data_samples`.

        Raises:
            InputError: `results` lacks one of `keys`.
        """
        packed = super().transform(results)
        sample = packed['data_samples']
        if results.get('gt_score') is not None:
            sample.gt_score = torch.tensor(results['gt_score'], dtype=torch.float32)
        if results.get('cam') is not None:
            sample.cam = PixelData(data=results['cam'])
            sample.cam_keys = results['cam_keys']
        for key in self.keys:
            if key not in results:
                raise InputError(f'{results.get("img_path", "an image")} has no {key!r}, which PackImageLabelInputs '
                                 'should pack. Add an earlier transform that sets it, or remove it from `keys`.')
            value = results[key]
            sample.set_field(torch.tensor(value) if isinstance(value, np.ndarray) else value, key)
        return packed
