"""MMSeg's `EncoderDecoder` with a loss that also reads the image.

A decode head and its `loss_decode` see features and labels only. A loss such as `GatedCRFLoss` compares the logits with
the image, so the segmentor computes it beside those of the head, on the same logits.
"""
from typing import Any

from mmengine.logging import MessageHub
from mmseg.models.segmentors import EncoderDecoder
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from mmseg.utils import add_prefix
from torch import Tensor

from mmwsss.datasets.crop_windows import require_crop_windows
from mmwsss.models.image_masks import image_masks
from mmwsss.utils.errors import InputError


@MODELS.register_module()
class ImageLossEncoderDecoder(EncoderDecoder):
    """Add a loss of logits and image to those of any decode head with a single map of logits.

    Its name in the log is `decode.<loss_name>`. Inference, weights and checkpoints are those of `EncoderDecoder`.

    With `RandomCropPad`, `PackSegInputs` needs `crop_window` among its `meta_keys`, or padding counts as image;
    `tools/train.py` checks it, MMSeg's own tools do not.

    Args:
        image_loss: config of a module whose forward takes logits `(N, C, h, w)` as the head makes them, the normalised
            input `(N, 3, H, W)` and a mask `(N, 1, H, W)`, 0 on padding; with `loss_name`. E.g.
            `dict(type='GatedCRFLoss', loss_weight=0.1)`.
        image_loss_start: share of the training's iterations before this loss sets in, in [0, 1]: the first maps of a
            new head are noise.
        **kwargs: those of `EncoderDecoder`.

    Raises:
        InputError: `image_loss_start` is out of its range.
    """

    def __init__(self, *args: Any, image_loss: dict, image_loss_start: float = 0.005, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not 0 <= image_loss_start <= 1:
            raise InputError(f'ImageLossEncoderDecoder: image_loss_start={image_loss_start!r} must be in [0, 1].')
        self.image_loss = MODELS.build(image_loss)
        self.image_loss_start = image_loss_start

    def check_dataset(self, dataset: Any) -> None:
        """Check, before a training starts, that its data tell image from padding; see :func:`require_crop_windows`."""
        require_crop_windows(dataset)

    def loss(self, inputs: Tensor, data_samples: list[SegDataSample]) -> dict[str, Tensor]:
        """Compute the losses of the heads and that of the image.

        Args:
            inputs: `(N, 3, H, W)`.
            data_samples: with `gt_sem_seg` `(1, H, W)`.

        Raises:
            InputError: the head's logits are not a single map.
        """
        features = self.extract_feat(inputs)
        logits = self.decode_head(features)
        if not isinstance(logits, Tensor):
            raise InputError(f'ImageLossEncoderDecoder needs a decode head with a single map of logits, but '
                             f'{type(self.decode_head).__name__} returns a {type(logits).__name__}. Use another head.')
        losses = self.decode_head.loss_by_feat(logits, data_samples)
        losses[self.image_loss.loss_name] = (
            self.image_loss(logits, inputs, image_masks(inputs, data_samples)) if self.started()
            else logits.new_zeros(()))
        losses = add_prefix(losses, 'decode')
        if self.with_auxiliary_head:
            losses.update(self._auxiliary_head_forward_train(features, data_samples))
        return losses

    def started(self) -> bool:
        """Whether the share `image_loss_start` of the iterations is done; always outside of a training."""
        hub = MessageHub.get_current_instance()
        done, total = hub.get_info('iter'), hub.get_info('max_iters')
        return done is None or not total or done >= self.image_loss_start * total
