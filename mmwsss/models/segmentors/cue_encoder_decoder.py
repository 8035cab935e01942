"""A segmentor that learns from image-level labels and localization cues (SEC, DSRG)."""
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmseg.models.segmentors import EncoderDecoder
from mmseg.models.utils import resize
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch import Tensor, nn

from mmwsss.models.losses.crf_layer import CRFLayer, shrink_images
from mmwsss.models.losses.cue_prediction import CuePrediction, floored_softmax
from mmwsss.models.sample_fields import require_field
from mmwsss.pseudo_labels.region_growing import grow_seeds
from mmwsss.utils.autocast import full_precision
from mmwsss.utils.errors import InputError

LOWEST = 1e-5  # probability at test time


@MODELS.register_module()
class CueEncoderDecoder(EncoderDecoder):
    """`EncoderDecoder` with losses that read cues instead of masks; any backbone and decode head.

    Scores are resized to the grid of the cues (nothing to do where stride and grid fit), and all losses read their
    floored softmax. At test time the softmax, not the scores, is enlarged to the image, as published (with padding,
    first to the padded input); `seg_logits` are its logarithms, floored at 1e-5, so that a DenseCRF of their softmax
    starts from these probabilities.

    Args:
        losses: configs of the losses; each gets a `CuePrediction`.
        crf: config of a `CRFLayer` (its type may be omitted); `None` if nothing needs it.
        growing: thresholds `bg_thr` and `fg_thr` of :func:`~mmwsss.pseudo_labels.region_growing.grow_seeds`, which
            makes seeds of the cues; `None` where the cues are the seeds.
        **kwargs: those of `EncoderDecoder`, without `auxiliary_head`; the decode head's own loss is not used.

    Raises:
        InputError: a loss or `growing` needs a CRF and there is none; there is an auxiliary head; or the test mode is
            not 'whole'.
    """

    def __init__(self, *args: Any, losses: Sequence[Mapping[str, Any]], crf: Mapping[str, Any] | None = None,
                 growing: Mapping[str, float] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.losses = nn.ModuleList(MODELS.build(dict(loss)) for loss in losses)
        self.crf: CRFLayer | None = None if crf is None else MODELS.build(dict(type='CRFLayer') | dict(crf))
        self.growing = None if growing is None else dict(growing)
        if crf is None and (growing is not None or any(loss.uses_crf for loss in self.losses)):
            raise InputError('CueEncoderDecoder: growing and the constrain loss need a CRF. Set crf=dict(), or remove '
                             'them.')
        if self.with_auxiliary_head:
            raise InputError('CueEncoderDecoder does not support auxiliary_head. Remove it.')
        if self.test_cfg.get('mode', 'whole') != 'whole':
            raise InputError(f"CueEncoderDecoder: test_cfg.mode must be 'whole', got {self.test_cfg['mode']!r}.")

    def check_samples(self, data_samples: Sequence[SegDataSample]) -> None:
        """Check samples of the training data; `build_runner` calls it before the training starts.

        Raises:
            InputError: see :meth:`loss`.
        """
        self._known(data_samples)

    def loss(self, inputs: Tensor, data_samples: list[SegDataSample]) -> dict[str, Tensor]:
        """Compute the losses.

        Args:
            inputs: `(N, 3, H, W)`, normalised.
            data_samples: with `gt_score` `(C - 1,)` and `cues` `(h, w, C)`.

        Raises:
            InputError: a sample has no labels or no cues, or the cues differ in size or have other classes.
        """
        labels, cues = self._known(data_samples)
        scores = self.decode_head(self.extract_feat(inputs))
        with full_precision(scores.device.type):
            scores = resize(scores.float(), size=cues.shape[2:], mode='bilinear', align_corners=self.align_corners,
                            warning=False)
            probs = floored_softmax(scores)
            log_q, seeds = None, cues
            if self.crf is not None:
                log_q = self.crf(shrink_images(self.pixels(inputs), cues.shape[2:]), scores, probs)
            if self.growing is not None and log_q is not None:
                seeds = grow_seeds(cues, log_q.detach().exp(), labels, **self.growing)
            prediction = CuePrediction(probs, labels, seeds, log_q)
            return {str(loss.loss_name): loss(prediction) for loss in self.losses}

    def pixels(self, inputs: Tensor) -> Tensor:
        """Undo the normalisation: `(N, 3, H, W)` in 0..255, in the order of the network's channels."""
        if not getattr(self.data_preprocessor, '_enable_normalize', False):
            return inputs.float().round().clamp(0, 255)
        mean, std = (getattr(self.data_preprocessor, name).to(inputs.device) for name in ('mean', 'std'))
        return (inputs.float() * std + mean).round().clamp(0, 255)

    def encode_decode(self, inputs: Tensor, batch_img_metas: list[dict]) -> Tensor:
        """Probabilities at the size of the decode head's map, or of padded inputs.

        Args:
            inputs: `(N, 3, H, W)`, normalised.
            batch_img_metas: with `img_padding_size` or `padding_size` where the data preprocessor padded the images.

        Returns:
            `(N, C, h, w)`; `(N, C, H, W)` if an image has padding, which MMSeg cuts off in pixels of the input.
        """
        probs = self.decode_head(self.extract_feat(inputs)).float().softmax(dim=1)
        if any(any(meta.get('img_padding_size') or meta.get('padding_size') or ()) for meta in batch_img_metas):
            probs = resize(probs, size=inputs.shape[2:], mode='bilinear', align_corners=self.align_corners,
                           warning=False)
        return probs

    def postprocess_result(self, seg_logits: Tensor,
                           data_samples: list[SegDataSample] | None = None) -> list[SegDataSample]:
        """Enlarge the probabilities to the original images; `seg_logits` of the samples are their logarithms."""
        samples = super().postprocess_result(seg_logits, data_samples)
        for sample in samples:
            sample.seg_logits.data = sample.seg_logits.data.clamp(min=LOWEST).log()
        return samples

    def _known(self, data_samples: Sequence[SegDataSample]) -> tuple[Tensor, Tensor]:
        """Labels `(N, C)` with the background, and cues `(N, C, h, w)`."""
        require_field(data_samples, 'gt_score', 'image-level labels', 'Set label_file of the dataset.')
        require_field(data_samples, 'cues', 'cues',
                      "Use LoadCues and PackImageLabelInputs(keys=['cues']) in the pipeline.")
        sizes = {tuple(sample.cues.shape) for sample in data_samples}
        if len(sizes) > 1:
            raise InputError(f'The cues of a batch have the shapes {sorted(sizes)}. Make all cues on one grid.')
        (_, _, classes), = sizes
        if classes != self.decode_head.out_channels:
            raise InputError(f'The cues have {classes} classes, but decode_head.num_classes is '
                             f'{self.decode_head.out_channels}. Set both to the number of classes with the background.')
        foreground = torch.stack([sample.gt_score for sample in data_samples])
        labels = torch.cat([torch.ones_like(foreground[:, :1]), foreground], dim=1)
        return labels, torch.stack([sample.cues for sample in data_samples]).permute(0, 3, 1, 2)
