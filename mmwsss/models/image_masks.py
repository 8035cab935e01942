"""Which part of a batch is image, and which is padding."""
from collections.abc import Sequence

import torch
from mmseg.structures import SegDataSample
from torch import Tensor


def image_masks(inputs: Tensor, data_samples: Sequence[SegDataSample]) -> Tensor:
    """Where inputs are image and not padding.

    Args:
        inputs: `(N, 3, H, W)`.
        data_samples: their meta information has `crop_window`, top, left, bottom and right of the image in the input
            (`RandomCropPad`), or `img_shape`, its height and width at the top left, which MMSeg's data preprocessor
            sets before it pads a batch; with neither, all is image. What MMCV's `Pad` adds before that counts as image.

    Returns:
        `(N, 1, H, W)` float32, 1 on the image, 0 on padding.
    """
    masks = torch.zeros((len(inputs), 1, *inputs.shape[2:]), device=inputs.device)
    for mask, sample in zip(masks, data_samples, strict=True):
        top, left, bottom, right = sample.metainfo.get('crop_window') or (
            0, 0, *sample.metainfo.get('img_shape', inputs.shape[2:])[:2])
        mask[:, top:bottom, left:right] = 1
    return masks
