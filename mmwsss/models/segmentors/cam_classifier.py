"""A classifier that MMSegmentation trains, tests and visualizes like a segmentor."""
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.structures import PixelData
from mmseg.models.segmentors import BaseSegmentor
from mmseg.registry import MODELS, TASK_UTILS
from mmseg.structures import SegDataSample
from torch import Tensor

from mmwsss.models.backbones.build import build_backbone
from mmwsss.models.backbones.level_sizes import level_channels
from mmwsss.models.features import Features
from mmwsss.models.heads import check_head, stack_gt_scores
from mmwsss.models.shown import ShownCAM, ShownLabels, ShownScores
from mmwsss.pseudo_labels.cam import merge_cams, mirror_pairs, scaled_size, winner
from mmwsss.utils.autocast import autocast, check_autocast
from mmwsss.utils.errors import InputError

from .kept_classes import kept_classes, require_labels
from .views import check_views, make_view

TRAIN_CFG: dict[str, Any] = dict(views=[dict()])
TEST_CFG: dict[str, Any] = dict(
    scales=(1.0, 0.5, 1.5, 2.0),  # of the published numbers
    flip=True,
    merge=dict(type='MirrorMaxSum'),
    labels='gt',
    score_thr=0.5,
    bg_thr=0.14,
    autocast=None)


@MODELS.register_module()
class CAMClassifier(BaseSegmentor):
    """Image-level classifier that predicts a segmentation through its class activation maps.

    Image classes are `0..L-1`; as segmentation classes they are `1..L`, and 0 is the background.

    Args:
        backbone: config of any MMSeg or MMPretrain backbone; `out_indices` names the levels that the head sees.
        head: config of a head with `logits`, `cam` and `loss`, e.g. `CAMHead` or `VWEHead`. A head may also have
            `check(channels, views)`, which gets the channels of the backbone's levels (None if unknown) and
            `train_cfg.views`; `check_samples(data_samples)`, which gets some samples of the training data before the
            training starts; and `cam_of_mirrored(features)`, which gets `N` images and then their mirror images and
            returns one map of both for each image, where a method merges their features.
        neck: config of a pooling `(N, C, H, W) -> (N, C)` of the last level, e.g. `HSPP`, `GlobalMaxPooling` or
            `mmpretrain.GlobalAveragePooling`; None for a head that pools by itself (`reads_pooled = False`).
        data_preprocessor: e.g. `CAMDataPreProcessor`.
        train_cfg: `views`, the views of a batch that the head's loss gets: a list with `dict()` for the input itself
            and `dict(scale=0.3)` for a resized copy. The default is the input alone.
        test_cfg: what :meth:`predict` does. `scales` and `flip`: inputs that are merged; `merge`: config of the
            merging rule, e.g. `MirrorMaxSum` or `SumAll`; `labels`: `'gt'` keeps the classes of the sample's
            `gt_score` (the protocol of the tables), `'pred'` those with a probability above `score_thr`; `bg_thr`:
            scores up to it are background; `autocast`: `None`, `'bfloat16'` or `'float16'`.
        val_cfg: what differs from `test_cfg` while training validates: one scale by default.
        init_cfg: MMEngine's initialisation config.

    Raises:
        InputError: the head lacks a method or never reads what a neck pools, or a setting is unknown or out of range.
    """

    shown = (ShownLabels(), ShownCAM(), ShownScores())
    takes = ('labels', )

    def __init__(self,
                 backbone: dict,
                 head: dict,
                 neck: dict | None = None,
                 data_preprocessor: dict | None = None,
                 train_cfg: dict | None = None,
                 test_cfg: dict | None = None,
                 val_cfg: dict | None = None,
                 init_cfg: dict | None = None) -> None:
        super().__init__(data_preprocessor=data_preprocessor, init_cfg=init_cfg)
        self.train_cfg = check_train_cfg({**TRAIN_CFG, **(train_cfg or {})})
        self.test_cfg = check_test_cfg({**TEST_CFG, **(test_cfg or {})})
        val_cfg = dict(scales=(1.0, ), flip=False) if val_cfg is None else val_cfg
        self.val_cfg = check_test_cfg({**self.test_cfg, **val_cfg})
        self.backbone = build_backbone(backbone)
        self.neck = None if neck is None else MODELS.build(neck)
        self.head = MODELS.build(head)
        check_head(self.head)
        if self.neck is not None and not getattr(self.head, 'reads_pooled', True):
            raise InputError(f'{type(self.head).__name__} never reads what the neck {type(self.neck).__name__} pools. '
                             'Set neck=None.')
        self._check_around_head()

    def _check_around_head(self) -> None:
        """Let a head with `check(channels, views)` check the backbone's levels and `train_cfg.views`."""
        check = getattr(self.head, 'check', None)
        if check is not None:
            check(level_channels(self.backbone), self.train_cfg['views'])

    def check_samples(self, data_samples: list[SegDataSample]) -> None:
        """Let a head with `check_samples(data_samples)` check some samples of a training before it starts."""
        check = getattr(self.head, 'check_samples', None)
        if check is not None:
            check(data_samples)

    @property
    def num_classes(self) -> int:
        """Number of image classes, `L`."""
        return self.head.num_classes

    def extract_feat(self, inputs: Tensor) -> Features:
        """Return all that a head may see of normalised images `(N, 3, H, W)`."""
        levels = self.backbone(inputs)
        levels = tuple(levels) if isinstance(levels, tuple | list) else (levels, )
        return Features(inputs, levels, None if self.neck is None else self.neck(levels[-1]))

    def loss(self, inputs: Tensor, data_samples: list[SegDataSample]) -> dict[str, Tensor]:
        """Return the head's losses on images `(N, 3, H, W)`, each seen in the views of `train_cfg`."""
        views = [self.extract_feat(make_view(inputs, **view)) for view in self.train_cfg['views']]
        return self.head.loss(views, data_samples)

    def _forward(self, inputs: Tensor, data_samples: list | None = None) -> Tensor:
        """Return image logits `(N, L)`."""
        return self.head.logits(self.extract_feat(inputs))

    def cam(self, inputs: Tensor) -> Tensor:
        """Return class activation maps `(N, L, h, w)`, >= 0, of images `(N, 3, H, W)`, at one scale."""
        return self.head.cam(self.extract_feat(inputs))

    def encode_decode(self, inputs: Tensor, batch_data_samples: list | None = None) -> Tensor:
        """Return class activation maps at the size of the input: `(N, L, H, W)`."""
        return F.interpolate(
            self.cam(inputs), size=inputs.shape[2:], mode='bilinear', align_corners=False)

    def val_step(self, data: dict | tuple | list) -> list[SegDataSample]:
        """Predict a batch of the validation loop, by `val_cfg`."""
        batch = self.data_preprocessor(data, False)
        return self.predict(batch['inputs'], batch['data_samples'], self.val_cfg)

    @torch.no_grad()
    def predict(self,
                inputs: Tensor | Sequence[Tensor],
                data_samples: list[SegDataSample] | None = None,
                test_cfg: dict | None = None) -> list[SegDataSample]:
        """Localise the classes of each image.

        Args:
            inputs: normalised images, `(N, 3, H, W)` or a list of `(3, H, W)` of any sizes; equal sizes
                go through the network together.
            data_samples: their samples; results have the size of `ori_shape`, or of the input without it.
            test_cfg: used instead of the model's own.

        Returns:
            The samples with `pred_score` `(L,)` probabilities; `cam_keys` `(K,)` kept image classes; `cam`
            `(K, ceil(H/4), ceil(W/4))` in [0, 1), all scales merged; `cam_winner` with `score` and `label`
            `(1, H, W)`, the strongest kept class of each pixel; `pred_sem_seg` `(1, H, W)`: that label where its
            score is above `bg_thr`, else 0.

        Raises:
            InputError: `labels='gt'`, but a sample has no `gt_score`.
        """
        cfg = self.test_cfg if test_cfg is None else test_cfg
        if data_samples is None:
            data_samples = [SegDataSample() for _ in inputs]
        by_size: dict[torch.Size, list[int]] = {}
        for index, image in enumerate(inputs):
            by_size.setdefault(image.shape, []).append(index)
        for indices in by_size.values():
            images = torch.stack([inputs[index] for index in indices])
            known = self.known_labels([data_samples[index] for index in indices], cfg, images.device)
            scores, cams = self.multi_scale(images, cfg, known)
            for row, index in enumerate(indices):
                size = data_samples[index].metainfo.get('ori_shape', images.shape[2:])[:2]
                self.fill_sample(
                    data_samples[index], scores[row], [cam[:, row] for cam in cams], size, cfg)
        return data_samples

    def known_labels(self, data_samples: list[SegDataSample], cfg: dict, device: torch.device) -> Tensor | None:
        """Return the labels `(N, L)` of samples whose kept classes are their labels, else None.

        Raises:
            InputError: see :func:`kept_classes`, and the labels have another number of classes.
        """
        if cfg['labels'] != 'gt':
            return None
        for sample in data_samples:
            require_labels(sample)
        return stack_gt_scores(data_samples, self.num_classes, device)

    def multi_scale(self, images: Tensor, cfg: dict, labels: Tensor | None = None) -> tuple[Tensor, list[Tensor]]:
        """Run every scale, mirror pairs in one batch.

        Args:
            images: `(N, 3, H, W)`, normalised.
            cfg: `scales`, `flip` and `autocast`, see the class.
            labels: `(N, L)` multi-hot, where known; see `Features.labels`.

        Returns:
            Probabilities `(N, L)` of the unmirrored images at the scale nearest to 1, and for each scale the
            maps `(M, N, L, h_s, w_s)` in float32, with `M = 2` those of the mirror images, flipped back, behind.
        """
        nearest = min(range(len(cfg['scales'])), key=lambda index: abs(cfg['scales'][index] - 1))
        scores, cams = images.new_zeros(0), []
        if labels is not None and cfg['flip']:
            labels = torch.cat([labels, labels])
        together = getattr(self.head, 'cam_of_mirrored', None) if cfg['flip'] else None
        for index, scale in enumerate(cfg['scales']):
            scaled = images
            if scale != 1:
                size = scaled_size(images.shape[2:], scale)
                scaled = F.interpolate(
                    images, size=size, mode='bicubic', align_corners=False, antialias=True)
            if cfg['flip']:
                scaled = torch.cat([scaled, scaled.flip(-1)])
            with autocast(images.device, cfg['autocast']):
                features = self.extract_feat(scaled)._replace(labels=labels)
                cam = (together or self.head.cam)(features).float()
                if index == nearest:
                    scores = self.head.logits(features)[:len(images)].float().sigmoid()
            cams.append(mirror_pairs(cam) if cfg['flip'] and not together else cam[None])
        return scores, cams

    def fill_sample(self, sample: SegDataSample, score: Tensor, cams: list[Tensor],
                    size: Sequence[int], cfg: dict) -> None:
        """Write one image's results into its sample, see :meth:`predict`.

        Args:
            sample: of the image.
            score: `(L,)` probabilities.
            cams: for each scale `(M, L, h_s, w_s)`, >= 0, of the image and, with `M = 2`, of its mirror image.
            size: height and width of the results.
            cfg: `merge`, `labels`, `score_thr` and `bg_thr`, see the class.

        Raises:
            InputError: see :func:`kept_classes`.
        """
        keys = kept_classes(sample, score, cfg)
        rule = TASK_UTILS.build(cfg['merge'])
        if getattr(rule, 'all_classes', False):
            small, large = (merged[keys] for merged in merge_cams(cams, size, rule))
        else:
            small, large = merge_cams([cam[:, keys] for cam in cams], size, rule)
        best, label = winner(large, keys)
        sample.pred_score = score
        sample.cam_keys = keys
        sample.cam = PixelData(data=small.clamp(min=0))  # a merging rule may go below
        sample.cam_winner = PixelData(score=best[None], label=label[None])
        background = torch.zeros_like(label)
        sample.pred_sem_seg = PixelData(data=torch.where(best > cfg['bg_thr'], label, background)[None])


def check_train_cfg(cfg: dict) -> dict:
    """Return `cfg` if every key and value is known.

    Raises:
        InputError: a key or a value is not; the message names it.
    """
    _check_keys('train_cfg', cfg, TRAIN_CFG)
    check_views(cfg['views'])
    return cfg


def check_test_cfg(cfg: dict) -> dict:
    """Return `cfg` if every key and value is known.

    Raises:
        InputError: a key or a value is not; the message names it.
    """
    _check_keys('test_cfg', cfg, TEST_CFG)
    try:  # better now than after the training
        TASK_UTILS.build(cfg['merge'])
    except (KeyError, TypeError) as error:
        raise InputError(f"CAMClassifier: test_cfg.merge={dict(cfg['merge'])} cannot be built: {str(error).strip()}. "
                         'With another type, settings of the former one stay: remove them, on the command line with '
                         'model.test_cfg.merge._delete_=True.') from error
    if not cfg['scales'] or min(cfg['scales']) <= 0:
        raise InputError(f"CAMClassifier: test_cfg.scales={cfg['scales']} must be positive numbers.")
    if cfg['labels'] not in ('gt', 'pred'):
        raise InputError(f"CAMClassifier: test_cfg.labels={cfg['labels']!r} must be 'gt' or 'pred'.")
    check_autocast('CAMClassifier', cfg['autocast'])
    return cfg


def _check_keys(name: str, cfg: dict, known: dict) -> None:
    """Refuse keys that no default is known for."""
    unknown = set(cfg) - set(known)
    if unknown:
        raise InputError(f'CAMClassifier: unknown {name} {sorted(unknown)}; known are {sorted(known)}.')
