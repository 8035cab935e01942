"""A segmentor that learns from image labels in one training (1-Stage)."""
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.logging import MessageHub
from mmengine.structures import PixelData
from mmseg.models.segmentors import EncoderDecoder
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch import Tensor

from mmwsss.datasets.transforms.load_image import image_of
from mmwsss.models.backbones.level_sizes import level_channels
from mmwsss.models.heads.cam_head import DEFAULT_LOSS, stack_gt_scores
from mmwsss.models.local_refinements.local_refinement import LocalRefinement
from mmwsss.models.necks.ngwp import check_focal, class_scores
from mmwsss.models.shown import ShownLabels, ShownScores
from mmwsss.pseudo_labels.cam import scaled_size
from mmwsss.pseudo_labels.mask_average import average_masks, final_probs, pad_centred
from mmwsss.pseudo_labels.pseudo_mask import pseudo_mask
from mmwsss.registry import build_local_refinement
from mmwsss.utils.errors import InputError

from .kept_classes import kept_classes

SMALLEST = 1e-5  # probability whose logarithm is taken
TRAIN_CFG: dict[str, Any] = dict(
    warmup_epochs=5,
    warmup_iters=0,
    refine=dict(type='PAMR'),
    fg_factor=0.6,
    bg_factor=0.7,
    floor=0.2)
TEST_CFG: dict[str, Any] = dict(
    scales=(1.0, ), flip=False, pad_size=None, bg_power=3.0, labels='pred', score_thr=0.1, refine=None)


@MODELS.register_module()
class OneStageSegmentor(EncoderDecoder):
    """An `EncoderDecoder` that is trained with image-level labels, and makes its own pseudo masks.

    Araslanov, Roth: Single-Stage Semantic Segmentation from Image Labels, CVPR 2020. Class scores are pooled from the
    logits (nGWP) with a penalty of small masks; the softmax of the logits, refined by PAMR, gives pseudo masks that the
    logits are compared with.

    Args:
        backbone: config of any MMSeg or MMPretrain backbone.
        decode_head: config of a decode head whose logits have the background first, e.g. `OneStageHead`. Its
            `loss_decode` is not used.
        focal: `power` and `offset` of the penalty, see :func:`class_scores`.
        loss_cls: config of the loss on `(class scores, multi-hot labels)`; by default `CAMHead`'s binary cross entropy.
        loss_mask: config of the loss on `(logits, pseudo masks, multi-hot labels)`: `PseudoMaskLoss` unless its `type`
            is another.
        train_cfg: `warmup_epochs` and `warmup_iters`: while either lasts, there is no mask loss; `refine`: config of
            the local refinement of the probabilities, or None; `fg_factor`, `bg_factor`, `floor`: see
            :func:`pseudo_mask`.
        test_cfg: what :meth:`predict` does. `scales` and `flip`: inputs whose probabilities are averaged; `pad_size`:
            side of the square of zeros around each input, or None; `bg_power`: exponent of the background's
            probability; `labels`: `'pred'` keeps classes whose largest score of all inputs is above `score_thr`,
            `'gt'` those of the sample's `gt_score`; `refine`: config of a local refinement of the result, e.g.
            `dict(type='DenseCRF', ...)`, or None.
        val_cfg: what differs from `test_cfg` while training validates: one scale by default.
        **kwargs: those of `EncoderDecoder`, without `auxiliary_head`.

    Raises:
        InputError: a setting is unknown or out of range.
    """

    shown = (ShownLabels(), ShownScores())
    takes = ('labels', )

    def __init__(self,
                 backbone: dict,
                 decode_head: dict,
                 focal: dict | None = None,
                 loss_cls: dict = DEFAULT_LOSS,
                 loss_mask: dict | None = None,
                 train_cfg: dict | None = None,
                 test_cfg: dict | None = None,
                 val_cfg: dict | None = None,
                 **kwargs: Any) -> None:
        train_cfg = _with_defaults('train_cfg', train_cfg, TRAIN_CFG)
        test_cfg = _with_defaults('test_cfg', test_cfg, TEST_CFG)
        val_cfg = dict(scales=(1.0, ), flip=False, pad_size=None, refine=None) if val_cfg is None else val_cfg
        super().__init__(backbone, decode_head, train_cfg=train_cfg, test_cfg=test_cfg, **kwargs)
        check, channels = getattr(self.decode_head, 'check_levels', None), level_channels(self.backbone)
        if check is not None and channels is not None:
            check(channels)
        self.val_cfg = _with_defaults('val_cfg', val_cfg, test_cfg)
        for name, cfg in (('test_cfg', test_cfg), ('val_cfg', self.val_cfg)):
            _check_test_cfg(name, cfg)
        if self.with_auxiliary_head:
            raise InputError('OneStageSegmentor does not support auxiliary_head. Remove it.')
        self.focal = _with_defaults('focal', focal, dict(power=3.0, offset=0.01))
        check_focal('OneStageSegmentor', **self.focal)
        self.loss_cls = MODELS.build(loss_cls)
        self.loss_mask = MODELS.build(dict(type='PseudoMaskLoss') | dict(loss_mask or {}))
        self.train_refinement = _refinement(train_cfg)
        for refinement in (self.train_refinement, _refinement(test_cfg)):  # better now than after the training
            if refinement is not None:
                refinement.check()

    @property
    def num_labels(self) -> int:
        """Number of image classes, `L`."""
        return self.num_classes - 1

    def _forward(self, inputs: Tensor, data_samples: list[SegDataSample] | None = None) -> Tensor:
        """Return logits `(N, 1 + L, h, w)` of images `(N, 3, H, W)`, the background first."""
        return self.decode_head(self.extract_feat(inputs))

    def encode_decode(self, inputs: Tensor, batch_img_metas: list[dict] | None = None) -> Tensor:
        """Return logits at the size of the input, `(N, 1 + L, H, W)`."""
        return F.interpolate(self._forward(inputs), size=inputs.shape[2:], mode='bilinear', align_corners=True)

    def scores(self, logits: Tensor) -> Tensor:
        """Return class scores `(N, L)` of logits `(N, 1 + L, h, w)`, see :func:`class_scores`."""
        return class_scores(logits, **self.focal)

    def loss(self, inputs: Tensor, data_samples: list[SegDataSample]) -> dict[str, Tensor]:
        """Compare class scores with the labels and, after the warm-up, logits with the pseudo masks.

        Args:
            inputs: normalised images `(N, 3, H, W)`.
            data_samples: N samples with `gt_score` `(L,)`.

        Returns:
            `loss_cls`; `fg_size`, the mean probability of an image's classes, for the log; after the warm-up
            `loss_mask`.

        Raises:
            InputError: a sample lacks labels or has others, or the warm-up is as long as the training.
        """
        warming_up = self.warming_up()
        logits = self._forward(inputs)
        labels = stack_gt_scores(data_samples, self.num_labels, logits.device)
        losses = dict(loss_cls=self.loss_cls(self.scores(logits), labels), fg_size=fg_size(logits, labels).mean())
        if not warming_up:
            target = pseudo_mask(self.refined_probs(inputs, logits, labels),
                                 **{key: self.train_cfg[key] for key in ('fg_factor', 'bg_factor', 'floor')})
            losses['loss_mask'] = self.loss_mask(logits, target, labels)
        return losses

    def warming_up(self) -> bool:
        """Whether the mask loss has not begun, by the epoch and iteration of MMEngine's runner; False without one.

        Raises:
            InputError: the warm-up is as long as the training.
        """
        hub, result = MessageHub.get_current_instance(), False
        for what in ('epoch', 'iter'):
            length, now, last = (
                self.train_cfg[f'warmup_{what}s'], hub.get_info(what), hub.get_info(f'max_{what}s'))
            if last is not None and length >= last:
                raise InputError(f'model.train_cfg.warmup_{what}s={length}, but the training has {last} {what}s, so '
                                 f'that no mask would be learnt. Set it below {last}; a training by iterations needs '
                                 'warmup_epochs=0 and warmup_iters.')
            result |= now is not None and now < length
        return result

    @torch.no_grad()
    def refined_probs(self, inputs: Tensor, logits: Tensor, labels: Tensor) -> Tensor:
        """Return what the pseudo masks are made of.

        Images are shrunk to the logits for the refinement, as in the release; the result is enlarged.

        Args:
            inputs: normalised images `(N, 3, H, W)`.
            logits: `(N, 1 + L, h, w)`.
            labels: `(N, L)` multi-hot.

        Returns:
            `(N, 1 + L, H, W)` float32, 0 for classes that an image does not have, and where logits are not finite; it
            does not sum to 1.
        """
        # Mixed precision may overflow in a step that is then skipped, and refinements refuse what is not finite.
        probs = logits.detach().float().softmax(dim=1).nan_to_num(0)
        if self.train_refinement is not None:
            images = F.interpolate(
                self.colours(inputs), size=logits.shape[2:], mode='bilinear', align_corners=True)
            probs = self.train_refinement.refine_batch(images, probs)
        return self.cleaned(probs, labels, inputs.shape[2:])

    def cleaned(self, probs: Tensor, labels: Tensor, size: Sequence[int]) -> Tensor:
        """Enlarge probabilities `(N, 1 + L, h, w)` to `size`, and set classes without label `(N, L)` to 0."""
        large = F.interpolate(probs, size=tuple(size), mode='bilinear', align_corners=True)
        return large * F.pad(labels, (1, 0), value=1.0)[:, :, None, None]

    def colours(self, inputs: Tensor) -> Tensor:
        """Return normalised images `(N, 3, H, W)` as colours from 0 to 255, float32."""
        inputs, normalised = inputs.float(), getattr(self.data_preprocessor, 'mean', None) is not None
        return inputs * self.data_preprocessor.std + self.data_preprocessor.mean if normalised else inputs

    def val_step(self, data: dict | tuple | list) -> list[SegDataSample]:
        """Predict a batch of the validation loop, by `val_cfg`."""
        batch = self.data_preprocessor(data, False)
        return self.predict(batch['inputs'], batch['data_samples'], self.val_cfg)

    @torch.no_grad()
    def predict(self,
                inputs: Tensor | Sequence[Tensor],
                data_samples: list[SegDataSample] | None = None,
                test_cfg: dict | None = None) -> list[SegDataSample]:
        """Segment images.

        Args:
            inputs: normalised images, `(N, 3, H, W)` or a list of `(3, H, W)` of any sizes.
            data_samples: their samples; results have the size of `ori_shape`, or of the input without it.
            test_cfg: used instead of the model's own.

        Returns:
            The samples with `pred_score` `(L,)`, the largest probabilities of all scales and mirror images;
            `seg_logits` `(1 + L, H, W)`, the logarithm of the averaged and refined probabilities, which do not sum
            to 1 without `refine`; and `pred_sem_seg` `(1, H, W)`.

        Raises:
            InputError: `labels='gt'`, but a sample has no `gt_score`; or the local refinement cannot run.
        """
        cfg = self.test_cfg if test_cfg is None else test_cfg
        if data_samples is None:
            data_samples = [SegDataSample() for _ in inputs]
        for image, sample in zip(inputs, data_samples, strict=True):
            size = tuple(sample.metainfo.get('ori_shape', image.shape[1:])[:2])
            scores: list[Tensor] = []
            probs = average_masks(self.views(image[None], cfg, scores), size)
            self.fill_sample(sample, torch.cat(scores).amax(dim=0), probs, cfg)
        return data_samples

    def views(self, images: Tensor, cfg: Mapping[str, Any],
              scores: list[Tensor]) -> Iterator[tuple[Tensor, tuple[int, int, int, int]]]:
        """Run every scale, with the mirror image in one batch.

        Args:
            images: `(1, 3, H, W)`, normalised.
            cfg: `scales`, `flip` and `pad_size`, see the class.
            scores: gets the probabilities of classes, `(M, L)` for each scale.

        Yields:
            Class probabilities `(M, 1 + L, H', W')` and the image's place in them, see :func:`average_masks`.
        """
        for scale in cfg['scales']:
            scaled = images
            if scale != 1:
                scaled = F.interpolate(images, size=scaled_size(images.shape[2:], scale), mode='bicubic',
                                       align_corners=False, antialias=True)
            if cfg['flip']:
                scaled = torch.cat([scaled, scaled.flip(-1)])
            padded, place = pad_centred(scaled, cfg['pad_size'])
            logits = self._forward(padded)
            scores.append(self.scores(logits).sigmoid())
            probs = logits.float().softmax(dim=1)
            yield F.interpolate(probs, size=padded.shape[2:], mode='bilinear', align_corners=True), place

    def fill_sample(self, sample: SegDataSample, score: Tensor, probs: Tensor, cfg: Mapping[str, Any]) -> None:
        """Write one image's results into its sample, see :meth:`predict`.

        Args:
            sample: of the image.
            score: `(L,)` probabilities.
            probs: `(1 + L, H, W)`, averaged.
            cfg: `labels`, `score_thr`, `bg_power` and `refine`, see the class.
        """
        keys = kept_classes(sample, score, cfg)
        probs = final_probs(probs, torch.zeros_like(score).index_fill(0, keys, 1) > 0, cfg['bg_power'])
        refinement = _refinement(cfg)
        if refinement is not None:
            probs = refinement.refine(image_of(sample).to(probs.device), probs)
        sample.pred_score = score
        sample.seg_logits = PixelData(data=probs.clamp(min=SMALLEST).log())
        sample.pred_sem_seg = PixelData(data=sample.seg_logits.data.argmax(dim=0, keepdim=True))


def fg_size(logits: Tensor, labels: Tensor) -> Tensor:
    """The mean probability, over an image's pixels and classes, `(N,)`.

    Args:
        logits: `(N, 1 + L, h, w)`.
        labels: `(N, L)` multi-hot; an image without labels gets 0.
    """
    sizes = logits.detach().float().softmax(dim=1).mean(dim=(2, 3))[:, 1:]
    return (sizes * labels).sum(dim=1) / labels.sum(dim=1).clamp(min=1)


def _refinement(cfg: Mapping[str, Any]) -> LocalRefinement | None:
    """The local refinement that `cfg` names."""
    return None if cfg['refine'] is None else build_local_refinement(cfg['refine'], 'OneStageSegmentor')


def _with_defaults(name: str, cfg: Mapping[str, Any] | None, defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Settings and, for those that are missing, defaults; unknown keys are refused."""
    unknown = set(cfg or {}) - set(defaults)
    if unknown:
        raise InputError(f'OneStageSegmentor: unknown {name} {sorted(unknown)}; known are {sorted(defaults)}.')
    return {**defaults, **(cfg or {})}


def _check_test_cfg(name: str, cfg: Mapping[str, Any]) -> None:
    if not cfg['scales'] or min(cfg['scales']) <= 0:
        raise InputError(f"OneStageSegmentor: {name}.scales={cfg['scales']} must be positive numbers.")
    if cfg['labels'] not in ('gt', 'pred'):
        raise InputError(f"OneStageSegmentor: {name}.labels={cfg['labels']!r} must be 'gt' or 'pred'.")
    if cfg['bg_power'] <= 0:
        raise InputError(f"OneStageSegmentor: {name}.bg_power={cfg['bg_power']} must be above 0.")
