"""IRNet: a network of boundaries and displacements that turns CAMs into pseudo labels.

Ahn, Cho, Kwak: Weakly Supervised Learning of Instance Segmentation with Inter-pixel Relations (IRN), CVPR 2019.
"""
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from mmengine.structures import InstanceData, PixelData
from mmseg.models.segmentors import BaseSegmentor
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch import Tensor

from mmwsss.datasets.transforms.load_image import read_image
from mmwsss.pseudo_labels import dense_crf_labels, instance_masks, random_walk, walk_scores
from mmwsss.pseudo_labels.cam import strided_size, winner
from mmwsss.utils.errors import InputError

from .cam_classifier import autocast

STRIDE = 4
TEST_CFG = dict(
    min_size=512,  # of the padded input; group normalisation sees the padding, so it belongs to the numbers
    size_divisor=16,
    radius=5,
    beta=10,
    steps=256,
    bg_thr=0.25,
    crf=None,
    instances=False,
    autocast=None)


@MODELS.register_module()
class IRNet(BaseSegmentor):
    """Boundaries and displacements; with CAMs, the segmentation that a random walk makes of them.

    The backbone is not trained: it stays as it was loaded, in eval mode.

    Args:
        backbone: config of any backbone that gives the head's levels, e.g. `ResNetWithStem`.
        head: config of an `IRNHead`.
        data_preprocessor: e.g. `CAMDataPreProcessor`.
        train_cfg: unused, for MMSeg's convention.
        test_cfg: what :meth:`predict` does; unknown keys are refused. `min_size` and `size_divisor`: images are
            padded by the mean colour on the right and at the bottom to squares of `min_size`, larger sides to the
            next multiple; `radius`, `beta`, `steps`: see :func:`random_walk`; `bg_thr`: walked scores up to it are
            background; `crf`: `None`, or arguments of :func:`dense_crf_labels` (`dict()` for its defaults) to refine
            the labels; `instances`: also find single objects (:func:`instance_masks`); `autocast`: `None`, `'bfloat16'`
            or `'float16'`.
        init_cfg: MMEngine's initialisation config.

    Raises:
        InputError: an unknown key in `test_cfg`.
    """

    def __init__(self,
                 backbone: dict,
                 head: dict,
                 data_preprocessor: dict | None = None,
                 train_cfg: dict | None = None,
                 test_cfg: dict | None = None,
                 init_cfg: dict | None = None) -> None:
        super().__init__(data_preprocessor=data_preprocessor, init_cfg=init_cfg)
        self.backbone = MODELS.build(backbone)
        self.backbone.requires_grad_(False)
        self.head = MODELS.build(head)
        self.train_cfg = train_cfg
        unknown = set(test_cfg or {}) - set(TEST_CFG)
        if unknown:
            raise InputError(f'IRNet: unknown test_cfg {sorted(unknown)}; known are {sorted(TEST_CFG)}.')
        self.test_cfg = {**TEST_CFG, **(test_cfg or {})}
        self.train()

    def train(self, mode: bool = True) -> 'IRNet':
        """Switch the head to training; the backbone stays in eval mode."""
        super().train(mode)
        self.backbone.eval()
        return self

    @torch.no_grad()
    def extract_feat(self, inputs: Tensor) -> tuple[Tensor, ...]:
        """The levels of normalised images `(N, 3, H, W)`."""
        return self.backbone(inputs)

    def loss(self, inputs: Tensor, data_samples: list[SegDataSample]) -> dict[str, Tensor]:
        """The head's losses on images `(N, 3, H, W)` and the samples' `gt_sem_seg` (IR labels)."""
        labels = torch.stack([sample.gt_sem_seg.data[0] for sample in data_samples])
        return self.head.loss(self.extract_feat(inputs), labels)

    def _forward(self, inputs: Tensor, data_samples: list | None = None) -> tuple[Tensor, Tensor]:
        """Boundary logits `(N, 1, h, w)` and displacement `(N, 2, h, w)` at stride 4."""
        return self.head(self.extract_feat(inputs))

    def encode_decode(self, inputs: Tensor, batch_data_samples: list | None = None) -> Tensor:
        """Boundary logits at the size of the input, `(N, 1, H, W)`."""
        return F.interpolate(
            self._forward(inputs)[0], size=inputs.shape[2:], mode='bilinear', align_corners=False)

    @torch.no_grad()
    def predict(self, inputs: Tensor | Sequence[Tensor],
                data_samples: list[SegDataSample] | None = None) -> list[SegDataSample]:
        """Find boundaries and displacements, and walk the CAMs of samples that carry some.

        Args:
            inputs: normalised images, `(N, 3, H, W)` or a list of `(3, H, W)` of any sizes.
            data_samples: their samples; `cam` `(K, h', w')` of any size and `cam_keys` `(K,)` are walked.

        Returns:
            The samples with `boundary` `(1, h, w)` in [0, 1] and `displacement` `(2, h, w)`, `h = ceil(H / 4)`. With
            CAMs also `cam_winner` with `score` and `label` `(1, H, W)`, the strongest class after the walk (scores
            relative to the image's largest), and `pred_sem_seg` `(1, H, W)`: that label where its score is above
            `bg_thr`, else 0; both at `ori_shape`. With `instances` also `pred_instances`: `masks` `(M, H, W)`, `labels`
            `(M,)` image classes, `scores` `(M,)`.
        """
        if data_samples is None:
            data_samples = [SegDataSample() for _ in inputs]
        for image, sample in zip(inputs, data_samples, strict=True):
            boundary, displacement = self.edge_displacement(image)
            sample.boundary = PixelData(data=boundary)
            sample.displacement = PixelData(data=displacement)
            if 'cam' in sample:
                self.fill_sample(sample, boundary, displacement, image.shape[1:])
        return data_samples

    def edge_displacement(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Boundary and displacement of one image, the former from it and its mirror image.

        Args:
            image: `(3, H, W)`, normalised.

        Returns:
            Boundary probability `(1, h, w)`, the sigmoid of the pair's mean logit, and displacement `(2, h, w)` in
            float32, with `h = ceil(H / 4)` and `w = ceil(W / 4)`.
        """
        size, divisor = image.shape[1:], self.test_cfg['size_divisor']
        padded = [max(-(-side // divisor) * divisor, self.test_cfg['min_size']) for side in size]
        pair = F.pad(torch.stack([image, image.flip(-1)]), (0, padded[1] - size[1], 0, padded[0] - size[0]))
        with autocast(image.device, self.test_cfg['autocast']):
            logits, displacement = self._forward(pair)
        height, width = strided_size(size, STRIDE)
        logits = logits.float()[..., :height, :width]
        boundary = ((logits[0] + logits[1].flip(-1)) / 2).sigmoid()
        return boundary, displacement[0, :, :height, :width].float()

    def fill_sample(self, sample: SegDataSample, boundary: Tensor, displacement: Tensor, size: Sequence[int]) -> None:
        """Walk a sample's CAM and write the labels into it, see :meth:`predict`.

        Args:
            sample: with `cam` `(K, h', w')` of any size and `cam_keys` `(K,)`.
            boundary: `(1, h, w)` probability in [0, 1], `h = ceil(H / 4)`.
            displacement: `(2, h, w)` (dy, dx), in pixels of the map.
            size: height H and width W of the network's input.

        Raises:
            InputError: the CAM does not suit the walk, see :func:`random_walk`, or, for the CRF, the image cannot be
                read or `pydensecrf` is not installed.
        """
        cfg = self.test_cfg
        keys, cam = sample.cam_keys.to(boundary.device), sample.cam.data.to(boundary)
        if len(keys) and cam.shape[1:] != boundary.shape[1:]:
            cam = F.interpolate(cam[None], size=boundary.shape[1:], mode='bilinear', align_corners=False)[0]
        cam = cam.reshape(len(keys), *boundary.shape[1:])
        walk = random_walk(cam, boundary, cfg['radius'], cfg['beta'], cfg['steps'])
        scores = walk_scores(walk, size, STRIDE)
        full = tuple(sample.metainfo.get('ori_shape', size)[:2])
        if len(keys) and full != tuple(size):
            scores = F.interpolate(scores[None], size=full, mode='bilinear', align_corners=False)[0]
        best, label = winner(scores.reshape(len(keys), *full), keys)
        sample.cam_winner = PixelData(score=best[None], label=label[None])
        label = torch.where(best > cfg['bg_thr'], label, torch.zeros_like(label))
        if cfg['crf'] is not None:
            label = _refine(label, sample, cfg['crf'])
        sample.pred_sem_seg = PixelData(data=label[None])
        if cfg['instances']:
            found = instance_masks(cam, keys, boundary, displacement, size, cfg['bg_thr'], radius=cfg['radius'],
                                   beta=cfg['beta'], steps=cfg['steps'])
            masks = F.interpolate(found.masks[None].float(), size=full)[0] > 0 if len(found.masks) else (
                found.masks.new_zeros((0, *full)))
            sample.pred_instances = InstanceData(masks=masks, labels=found.classes, scores=found.scores)


def _refine(label: Tensor, sample: SegDataSample, settings: dict) -> Tensor:
    """A DenseCRF's version of labels `(H, W)`; a pixel could be background or any class that was walked."""
    image = read_image(sample.metainfo['img_path'])[..., ::-1]
    classes = np.concatenate([[0], sample.cam_keys.cpu().numpy() + 1])
    order = np.argsort(classes)
    position = order[np.searchsorted(classes, label.cpu().numpy(), sorter=order)]
    refined = dense_crf_labels(image, position, num_labels=len(classes), **settings)
    return torch.from_numpy(classes[refined]).to(label)
