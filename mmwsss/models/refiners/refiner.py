"""What every refiner has: a transition, a seed, a random walk, and labels made from it."""
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.structures import InstanceData, PixelData
from mmseg.models.segmentors import BaseSegmentor
from mmseg.structures import SegDataSample
from torch import Tensor

from mmwsss.datasets.transforms.load_image import image_of
from mmwsss.models.backbones.level_sizes import level_sizes
from mmwsss.models.shown import Shown, ShownInstances, ShownLabels
from mmwsss.pseudo_labels import Instances, Transition, random_walks, walk_scores
from mmwsss.pseudo_labels.cam import strided_size, winner
from mmwsss.registry import build_local_refinement
from mmwsss.utils.autocast import check_autocast
from mmwsss.utils.errors import InputError


class Refiner(BaseSegmentor):
    """Base class of networks that turn class activation maps into pseudo labels by a random walk.

    A subclass implements :meth:`maps` (what the network finds in an image) and :meth:`transition` (how the walk moves
    by it), and, where the walk does not start from the CAM itself, :meth:`seed`; where more than the classes walk, also
    :meth:`scores`. A refiner that is trained also implements `loss`, and `_forward` for `mode='tensor'`; with
    `check_samples(data_samples)` it checks the labels of some training images before the training starts.

    Args:
        data_preprocessor: e.g. `CAMDataPreProcessor`.
        train_cfg: unused, for MMSeg's convention.
        test_cfg: what :meth:`predict` does; unknown keys are refused. `radius` and `beta`: of the transition; `steps`:
            of the walk; `bg_thr`: walked scores up to it are background; `refine`: `None`, or config of a local
            refinement of the labels, e.g. `dict(type='DenseCRF')`; `crf`: short for a `DenseCRF` with these settings
            (`dict()` for its defaults).
        init_cfg: MMEngine's initialisation config.

    Attributes:
        stride: of the maps, in pixels of the network's input.
        cam_stride: of the CAM that :meth:`seed` gets; `None` for that of the maps.
        test_defaults: keys of `test_cfg` with their defaults; a subclass may add keys.
        knows_classes: whether the outputs belong to the classes of the training; a refiner's follow the CAM files.

    Raises:
        InputError: an unknown key in `test_cfg`, both `refine` and `crf`, or a local refinement that cannot run here.
    """

    stride = 4
    cam_stride: int | None = None
    test_defaults: dict[str, Any] = dict(radius=5, beta=10, steps=256, bg_thr=0.25, refine=None, crf=None)
    shown: tuple[Shown, ...] = (ShownLabels(), ShownInstances())
    takes = ('cams', )
    knows_classes = False

    def __init__(self,
                 data_preprocessor: dict | None = None,
                 train_cfg: dict | None = None,
                 test_cfg: dict | None = None,
                 init_cfg: dict | None = None) -> None:
        super().__init__(data_preprocessor=data_preprocessor, init_cfg=init_cfg)
        self.train_cfg = train_cfg
        unknown = set(test_cfg or {}) - set(self.test_defaults)
        if unknown:
            raise InputError(f'{type(self).__name__}: unknown test_cfg {sorted(unknown)}; known are '
                             f'{sorted(self.test_defaults)}.')
        self.test_cfg = {**self.test_defaults, **(test_cfg or {})}
        check_autocast(type(self).__name__, self.test_cfg.get('autocast'))
        refinement = self.local_refinement()
        if refinement is not None:
            refinement.check()  # better now than after the training

    def check_levels(self) -> None:
        """Let a head with `check_levels(channels, strides)` check the backbone's levels.

        Raises:
            InputError: they do not fit.
        """
        check, levels = getattr(self.head, 'check_levels', None), level_sizes(self.backbone)
        if check is not None and levels is not None:
            check([level.channels for level in levels], [level.stride for level in levels])

    def maps(self, image: Tensor) -> dict[str, Tensor]:
        """Return what the network finds in an image `(3, H, W)`, normalised.

        Returns:
            By name, maps `(C, h, w)` with `h = ceil(H / stride)` and `w = ceil(W / stride)`; :meth:`predict` puts
            them into the sample.
        """
        raise NotImplementedError

    def transition(self, maps: dict[str, Tensor]) -> Transition:
        """Return the walk's transition by the `maps` of an image."""
        raise NotImplementedError

    def seed(self, cam: Tensor, maps: dict[str, Tensor]) -> Tensor:
        """Return where the walk starts, `(K', h, w)`: by default the CAM itself.

        Args:
            cam: `(K, h, w)`, K >= 1, in the size of the maps, or at the stride `cam_stride`.
            maps: of the image.
        """
        return cam

    def scores(self, walk: Tensor, size: Sequence[int]) -> Tensor:
        """Return scores of the K classes after the walk, `(K, H, W)` in [0, 1]; up to `bg_thr` they are background.

        Args:
            walk: `(K', h, w)`, the walked :meth:`seed`.
            size: height and width `(H, W)` of the network's input.
        """
        return walk_scores(walk, size, self.stride)

    def instances(self, cam: Tensor, keys: Tensor, maps: dict[str, Tensor], size: Sequence[int]) -> Instances | None:
        """Return single objects, or `None` (the default).

        Args:
            cam: `(K, h, w)` in the size of the maps.
            keys: `(K,)` its image classes.
            maps: of the image.
            size: height and width of the network's input.
        """
        return None

    @torch.no_grad()
    def predict(self, inputs: Tensor | Sequence[Tensor],
                data_samples: list[SegDataSample] | None = None) -> list[SegDataSample]:
        """Find the maps of images, and refine the CAMs of samples that have some.

        Args:
            inputs: normalised images, `(N, 3, H, W)` or a list of `(3, H, W)` of any sizes.
            data_samples: their samples; `cam` `(K, h', w')` of any size and `cam_keys` `(K,)` are refined.

        Returns:
            The samples with :meth:`maps`, and with the results of :meth:`refine_samples` if they have CAMs.
        """
        if data_samples is None:
            data_samples = [SegDataSample() for _ in inputs]
        found = []
        for image, sample in zip(inputs, data_samples, strict=True):
            maps = self.maps(image)
            for name, value in maps.items():
                sample.set_field(PixelData(data=value), name)
            if 'cam' in sample:
                found.append((sample, maps, tuple(image.shape[1:])))
        self.refine_samples(found)
        return data_samples

    def refine_samples(self, found: Sequence[tuple[SegDataSample, dict[str, Tensor], tuple[int, int]]]) -> None:
        """Walk the CAMs of samples and write the labels into the samples, all in the size `ori_shape`.

        On a GPU, images of equal width walk together, see :func:`random_walks`.

        `cam_winner` has `score` and `label` `(1, H, W)`, the strongest class after the walk (scores relative to the
        image's largest); `pred_sem_seg` `(1, H, W)` is that label where its score is above `bg_thr`, else 0, after the
        local refinement. With instances, `pred_instances` has `masks` `(M, H, W)`, `labels` `(M,)` image classes and
        `scores` `(M,)`.

        Args:
            found: each sample with `cam` `(K, h', w')` of any size and `cam_keys` `(K,)`, the maps of its image, and
                height and width of the network's input.

        Raises:
            InputError: a CAM does not fit the walk, or the local refinement cannot run.
        """
        walking = [case for case in found if len(case[0].cam_keys)]
        starts = [self.seed(_resize(_cam(sample, maps), strided_size(size, self.cam_stride or self.stride)), maps)
                  for sample, maps, size in walking]
        walks = iter(random_walks([self.transition(maps) for _, maps, _ in walking], starts, self.test_cfg['steps']))
        for sample, maps, size in found:
            cam = _cam(sample, maps)
            scores = self.scores(next(walks), size) if len(cam) else cam.new_zeros(0, *size)
            self._write_labels(sample, scores, cam, maps, size)

    def _write_labels(self, sample: SegDataSample, scores: Tensor, cam: Tensor, maps: dict[str, Tensor],
                      size: tuple[int, int]) -> None:
        keys, full = sample.cam_keys.to(cam.device), tuple(sample.metainfo.get('ori_shape', size)[:2])
        best, label = winner(_resize(scores, full), keys)
        sample.cam_winner = PixelData(score=best[None], label=label[None])
        label = torch.where(best > self.test_cfg['bg_thr'], label, torch.zeros_like(label))
        sample.pred_sem_seg = PixelData(data=self.refined(label, keys, sample)[None])
        found = self.instances(_resize(cam, strided_size(size, self.stride)), keys, maps, size)
        if found is not None:
            sample.pred_instances = InstanceData(
                masks=_resize(found.masks.float(), full, 'nearest') > 0, labels=found.classes, scores=found.scores)

    def local_refinement(self) -> Any:
        """Build the local refinement of `test_cfg`; `None` for none."""
        refine, crf = self.test_cfg['refine'], self.test_cfg['crf']
        if refine is not None and crf is not None:
            raise InputError(f"{type(self).__name__}: test_cfg sets refine={refine} and crf={crf}. Remove crf, which "
                             "is short for refine=dict(type='DenseCRF', ...).")
        if crf is not None:
            refine = dict(type='DenseCRF', **crf)
        return None if refine is None else build_local_refinement(refine, f'{type(self).__name__}: test_cfg')

    def refined(self, label: Tensor, keys: Tensor, sample: SegDataSample) -> Tensor:
        """Refine labels `(H, W)`; a pixel could be background or any class `keys + 1` that was walked."""
        refinement = self.local_refinement()
        if refinement is None:
            return label
        classes = F.pad(keys + 1, (1, 0))
        position = torch.zeros(int(classes.max()) + 1, dtype=torch.int64, device=label.device)
        position[classes] = torch.arange(len(classes), device=label.device)
        image = image_of(sample).to(label.device)
        return classes[refinement.refine_labels(image, position[label], len(classes))]

    def extract_feat(self, inputs: Tensor) -> Any:
        """Return the backbone's features of normalised images `(N, 3, H, W)`."""
        return self.backbone(inputs)

    def loss(self, inputs: Tensor, data_samples: list[SegDataSample]) -> dict[str, Tensor]:
        """Return the losses; a refiner that is trained implements it."""
        raise NotImplementedError(f'{type(self).__name__} cannot be trained.')

    def _forward(self, inputs: Tensor, data_samples: list | None = None) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no mode='tensor'.")

    def encode_decode(self, inputs: Tensor, batch_data_samples: list | None = None) -> Tensor:
        """Return logits in the size of the input; a refiner has none unless it implements them."""
        raise NotImplementedError(f'{type(self).__name__} predicts no logits.')


def _cam(sample: SegDataSample, maps: dict[str, Tensor]) -> Tensor:
    """The CAM of a sample where its maps are."""
    return sample.cam.data.to(next(iter(maps.values())).device, torch.float32)


def _resize(maps: Tensor, size: tuple[int, int], mode: str = 'bilinear') -> Tensor:
    """Resize `(K, h, w)` to `(K, *size)`; K may be 0."""
    if not len(maps):
        return maps.new_zeros((0, *size))
    if tuple(maps.shape[1:]) == size:
        return maps
    return F.interpolate(maps[None], size=size, mode=mode, align_corners=False if mode == 'bilinear' else None)[0]
