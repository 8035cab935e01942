"""MMSeg's `EncoderDecoder` at several scales, as in DeepLabv2's training and test.

Chen, Papandreou, Kokkinos, Murphy, Yuille: DeepLab, TPAMI 2018, section 4.1.2 (MSC).
"""
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.structures import PixelData
from mmseg.models.segmentors import EncoderDecoder
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from mmseg.utils import add_prefix
from torch import Tensor

from mmwsss.pseudo_labels.cam import scaled_size
from mmwsss.utils.errors import InputError


@MODELS.register_module()
class MultiScaleEncoderDecoder(EncoderDecoder):
    """Apply one network at several input scales and fuse the logits by their maximum.

    In training, each scale and the fused logits have a loss; labels are resized to the logits by nearest neighbour.
    The losses are summed: `decode_x1.loss_ce`, `decode_x0.75.loss_ce`, ..., `decode_max.loss_ce`.

    Args:
        train_scales: factors of the input size, > 0. Logits are fused at the size of the first scale.
        test_scales: scales for inference; `None` uses the training scales, as published.
        **kwargs: those of `EncoderDecoder`, without `auxiliary_head`.

    Raises:
        InputError: the scales are not positive or repeat, or there is an auxiliary head.
    """

    def __init__(self,
                 *args: Any,
                 train_scales: Sequence[float] = (1.0, 0.75, 0.5),
                 test_scales: Sequence[float] | None = None,
                 **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.train_scales = tuple(train_scales)
        self.test_scales = self.train_scales if test_scales is None else tuple(test_scales)
        for name, scales in (('train_scales', self.train_scales), ('test_scales', self.test_scales)):
            if not scales or min(scales) <= 0 or len(set(scales)) < len(scales):
                raise InputError(f'MultiScaleEncoderDecoder: {name}={scales} must be different positive factors.')
        if self.with_auxiliary_head:
            raise InputError('MultiScaleEncoderDecoder does not support auxiliary_head. Remove it, or use '
                             'EncoderDecoder.')

    def logits(self, inputs: Tensor, scales: Sequence[float]) -> list[Tensor]:
        """Logits `(N, C, h_s, w_s)` of images `(N, 3, H, W)` for each scale, at the backbone's stride."""
        sizes = [scaled_size(inputs.shape[2:], scale) for scale in scales]
        return [self.decode_head(self.extract_feat(self._resize(inputs, size))) for size in sizes]

    def fuse(self, logits: Sequence[Tensor]) -> Tensor:
        """The maximum over the scales, at the size of the first one."""
        size = logits[0].shape[2:]
        return torch.stack([self._resize(one, size) for one in logits]).amax(dim=0)

    def loss(self, inputs: Tensor, data_samples: list[SegDataSample]) -> dict[str, Tensor]:
        """Compute the losses of every scale and of the fused logits.

        Args:
            inputs: `(N, 3, H, W)`.
            data_samples: with `gt_sem_seg` `(1, H, W)`.
        """
        logits = self.logits(inputs, self.train_scales)
        names = [f'decode_x{scale:g}' for scale in self.train_scales]
        losses = {}
        for name, one in zip([*names, 'decode_max'], [*logits, self.fuse(logits)], strict=True):
            small = shrink_labels(data_samples, one.shape[2:])
            losses.update(add_prefix(self.decode_head.loss_by_feat(one, small), name))
        return losses

    def encode_decode(self, inputs: Tensor, batch_img_metas: list[dict]) -> Tensor:
        """Fused logits at the images' size."""
        return self.decode_head.predict_by_feat(self._forward(inputs), batch_img_metas)

    def _forward(self, inputs: Tensor, data_samples: list[SegDataSample] | None = None) -> Tensor:
        """Fused logits `(N, C, h, w)` at the backbone's stride, for `mode='tensor'`."""
        return self.fuse(self.logits(inputs, self.test_scales))

    def _resize(self, maps: Tensor, size: Sequence[int]) -> Tensor:
        if maps.shape[2:] == tuple(size):
            return maps
        return F.interpolate(maps, size=tuple(size), mode='bilinear', align_corners=self.align_corners)


def shrink_labels(data_samples: Sequence[SegDataSample], size: Sequence[int]) -> list[SegDataSample]:
    """Resize labels to the size of the logits by nearest neighbour, aligned at pixel centres.

    Args:
        data_samples: with `gt_sem_seg` `(1, H, W)`.
        size: height and width of the logits.

    Returns:
        New samples with only `gt_sem_seg` `(1, *size)`.
    """
    result = []
    for sample in data_samples:
        label = sample.gt_sem_seg.data
        small = F.interpolate(label[None].float(), size=tuple(size), mode='nearest-exact')[0].to(label.dtype)
        result.append(SegDataSample(gt_sem_seg=PixelData(data=small)))
    return result
