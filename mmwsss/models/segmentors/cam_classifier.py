"""A classifier that MMSegmentation trains, tests and draws like a segmentor."""
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

import torch
import torch.nn.functional as F
from mmengine.structures import PixelData
from mmseg.models.segmentors import BaseSegmentor
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch import Tensor

from mmwsss.pseudo_labels.cam import merge_cams, mirror_max, scaled_size, winner
from mmwsss.utils.errors import InputError

TEST_CFG = dict(
    scales=(1.0, 0.5, 1.5, 2.0),  # of the published numbers
    flip=True,
    labels='gt',
    score_thr=0.5,
    bg_thr=0.14,
    autocast=None)


@MODELS.register_module()
class CAMClassifier(BaseSegmentor):
    """Image-level classifier whose prediction is a segmentation: its class activation maps.

    Image classes are `0..L-1`; as segmentation classes they are `1..L`, and 0 is the background.

    Args:
        backbone: config of any MMSeg or MMPretrain backbone; the head reads its last feature map.
        neck: config of a pooling `(N, C, H, W) -> (N, C)`, e.g. `HSPP`, `GlobalMaxPooling` or
            `mmpretrain.GlobalAveragePooling`.
        head: config of a `CAMHead` or `VWEHead`.
        data_preprocessor: e.g. `CAMDataPreProcessor`.
        train_cfg: unused, for MMSeg's convention.
        test_cfg: what :meth:`predict` does; unknown keys are refused. `scales` and `flip`: inputs that are
            merged; `labels`: `'gt'` keeps the classes of the sample's `gt_score` (the protocol of the
            tables), `'pred'` those with a probability above `score_thr`; `bg_thr`: scores up to it are
            background; `autocast`: `None`, `'bfloat16'` or `'float16'`.
        val_cfg: what differs from `test_cfg` while training validates: one scale by default.
        init_cfg: MMEngine's initialisation config.
    """

    def __init__(self,
                 backbone: dict,
                 neck: dict,
                 head: dict,
                 data_preprocessor: dict | None = None,
                 train_cfg: dict | None = None,
                 test_cfg: dict | None = None,
                 val_cfg: dict | None = None,
                 init_cfg: dict | None = None) -> None:
        super().__init__(data_preprocessor=data_preprocessor, init_cfg=init_cfg)
        self.backbone = MODELS.build(backbone)
        self.neck = MODELS.build(neck)
        self.head = MODELS.build(head)
        self.train_cfg = train_cfg
        self.test_cfg = check_test_cfg({**TEST_CFG, **(test_cfg or {})})
        val_cfg = dict(scales=(1.0, ), flip=False) if val_cfg is None else val_cfg
        self.val_cfg = check_test_cfg({**self.test_cfg, **val_cfg})

    @property
    def num_classes(self) -> int:
        """`L`, the image classes."""
        return self.head.num_classes

    def extract_feat(self, inputs: Tensor) -> Tensor:
        """Last feature map `(N, C, h, w)` of normalised images `(N, 3, H, W)`."""
        feats = self.backbone(inputs)
        return feats[-1] if isinstance(feats, tuple | list) else feats

    def loss(self, inputs: Tensor, data_samples: list[SegDataSample]) -> dict[str, Tensor]:
        """The head's losses on images `(N, 3, H, W)` and the samples' `gt_score`."""
        feat = self.extract_feat(inputs)
        return self.head.loss(feat, self.neck(feat), data_samples)

    def _forward(self, inputs: Tensor, data_samples: list | None = None) -> Tensor:
        """Image logits `(N, L)`."""
        feat = self.extract_feat(inputs)
        return self.head(feat, self.neck(feat))

    def cam(self, inputs: Tensor) -> Tensor:
        """Class activation maps `(N, L, h, w)`, >= 0, of images `(N, 3, H, W)`, at one scale."""
        return self.head.cam(self.extract_feat(inputs))

    def encode_decode(self, inputs: Tensor, batch_data_samples: list | None = None) -> Tensor:
        """Class activation maps at the size of the input: `(N, L, H, W)`."""
        return F.interpolate(
            self.cam(inputs), size=inputs.shape[2:], mode='bilinear', align_corners=False)

    def val_step(self, data: dict | tuple | list) -> list[SegDataSample]:
        """Predict a batch of the validation loop, by `val_cfg`."""
        data = self.data_preprocessor(data, False)
        return self.predict(data['inputs'], data['data_samples'], self.val_cfg)

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
            InputError: `labels='gt'` and a sample without `gt_score`.
        """
        cfg = self.test_cfg if test_cfg is None else test_cfg
        if data_samples is None:
            data_samples = [SegDataSample() for _ in inputs]
        by_size: dict[torch.Size, list[int]] = {}
        for index, image in enumerate(inputs):
            by_size.setdefault(image.shape, []).append(index)
        for indices in by_size.values():
            images = torch.stack([inputs[index] for index in indices])
            scores, cams = self.multi_scale(images, cfg)
            for row, index in enumerate(indices):
                size = data_samples[index].metainfo.get('ori_shape', images.shape[2:])[:2]
                self.fill_sample(
                    data_samples[index], scores[row], [cam[row] for cam in cams], size, cfg)
        return data_samples

    def multi_scale(self, images: Tensor, cfg: dict) -> tuple[Tensor, list[Tensor]]:
        """Run every scale, mirror pairs in one batch.

        Args:
            images: `(N, 3, H, W)`, normalised.
            cfg: `scales`, `flip` and `autocast`, see the class.

        Returns:
            Probabilities `(N, L)` of the unmirrored images at the scale nearest to 1, and for each scale the
            maps `(N, L, h_s, w_s)` in float32, mirror pairs merged.
        """
        nearest = min(range(len(cfg['scales'])), key=lambda index: abs(cfg['scales'][index] - 1))
        scores, cams = None, []
        for index, scale in enumerate(cfg['scales']):
            scaled = images
            if scale != 1:
                size = scaled_size(images.shape[2:], scale)
                scaled = F.interpolate(
                    images, size=size, mode='bicubic', align_corners=False, antialias=True)
            if cfg['flip']:
                scaled = torch.cat([scaled, scaled.flip(-1)])
            with autocast(images.device, cfg['autocast']):
                feat = self.extract_feat(scaled)
                cam = self.head.cam(feat).float()
                if index == nearest:
                    feat = feat[:len(images)]
                    scores = self.head(feat, self.neck(feat)).float().sigmoid()
            cams.append(mirror_max(cam) if cfg['flip'] else cam)
        return scores, cams

    def fill_sample(self, sample: SegDataSample, score: Tensor, cams: list[Tensor],
                    size: Sequence[int], cfg: dict) -> None:
        """Write one image's results into its sample, see :meth:`predict`.

        Args:
            sample: of the image.
            score: `(L,)` probabilities.
            cams: for each scale `(L, h_s, w_s)`, >= 0, mirror pairs merged.
            size: height and width of the results.
            cfg: `labels`, `score_thr` and `bg_thr`, see the class.

        Raises:
            InputError: see :meth:`kept_classes`.
        """
        keys = self.kept_classes(sample, score, cfg)
        small, large = merge_cams([cam[keys] for cam in cams], size)
        best, label = winner(large, keys)
        sample.pred_score = score
        sample.cam_keys = keys
        sample.cam = PixelData(data=small)
        sample.cam_winner = PixelData(score=best[None], label=label[None])
        background = torch.zeros_like(label)
        sample.pred_sem_seg = PixelData(data=torch.where(best > cfg['bg_thr'], label, background)[None])

    def kept_classes(self, sample: SegDataSample, score: Tensor, cfg: dict) -> Tensor:
        """The classes whose maps are kept: the labelled or the probable ones.

        Args:
            sample: with `gt_score` `(L,)` where `cfg` asks for labels.
            score: `(L,)` probabilities.
            cfg: `labels` and `score_thr`, see the class.

        Returns:
            `(K,)` int64 image classes, ascending.

        Raises:
            InputError: `labels='gt'` and a sample without `gt_score`.
        """
        if cfg['labels'] == 'pred':
            return (score > cfg['score_thr']).nonzero().flatten()
        if 'gt_score' not in sample:
            name = sample.metainfo.get('img_path', 'an image')
            raise InputError(f'{name} has no image-level labels to keep the classes of. Give the dataset a '
                             "`label_file`, or keep probable classes by model.test_cfg.labels='pred'.")
        return (sample.gt_score.to(score.device) > 0.5).nonzero().flatten()


def autocast(device: torch.device, dtype: str | None) -> AbstractContextManager:
    """PyTorch's autocast, or a context that does nothing.

    Args:
        device: where the network runs.
        dtype: `'bfloat16'` or `'float16'`; `None` for no autocast.
    """
    if dtype is None:
        return nullcontext()
    return torch.autocast(device.type, dtype=getattr(torch, dtype))


def check_test_cfg(cfg: dict) -> dict:
    """Return `cfg` when every key and value is known.

    Raises:
        InputError: naming what is not.
    """
    unknown = set(cfg) - set(TEST_CFG)
    if unknown:
        raise InputError(f'CAMClassifier: unknown test_cfg {sorted(unknown)}; known are {sorted(TEST_CFG)}.')
    if not cfg['scales'] or min(cfg['scales']) <= 0:
        raise InputError(f"CAMClassifier: test_cfg.scales={cfg['scales']} must be positive numbers.")
    if cfg['labels'] not in ('gt', 'pred'):
        raise InputError(f"CAMClassifier: test_cfg.labels={cfg['labels']!r} is not 'gt' or 'pred'.")
    if cfg['autocast'] not in (None, 'bfloat16', 'float16'):
        raise InputError(
            f"CAMClassifier: test_cfg.autocast={cfg['autocast']!r} is not None, 'bfloat16' or 'float16'.")
    return cfg
