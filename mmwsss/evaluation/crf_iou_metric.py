"""IoU after a local refinement such as DenseCRF, which runs in worker processes."""
import math
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any

import numpy as np
import torch
from mmseg.registry import METRICS

from mmwsss.datasets.transforms.load_image import image_of
from mmwsss.pseudo_labels.label_scores import Refine
from mmwsss.pseudo_labels.large_labels import labels_at
from mmwsss.pseudo_labels.shrunk import shrink_image, shrink_scores, shrunk_size
from mmwsss.registry import build_local_refinement
from mmwsss.utils.errors import InputError
from mmwsss.utils.worker_pool import default_workers, explained_kill, worker_pool

from .class_iou_metric import ClassIoUMetric

REMEDY = ("Set fewer workers of CRFIoUMetric. In your own script, put what it runs below `if __name__ == '__main__':`.")
HELD = 2 ** 29  # bytes of images that wait above which there is no more than one for each worker
DEEPLABV2 = dict(gaussian_sxy=1, bilateral_sxy=67, bilateral_srgb=3, bilateral_compat=4)  # others as in DenseCRF


@METRICS.register_module()
class CRFIoUMetric(ClassIoUMetric):
    """`ClassIoUMetric` of the softmax of `seg_logits` after a local refinement on the image `img_path`.

    Workers refine images while the network runs; if they are slower, the network waits, which limits memory.

    Args:
        workers: processes per rank; `None` uses all cores.
        crf: changed settings of the default refinement, a `DenseCRF` as in DeepLabv2, see :func:`dense_crf_probs`.
        output_dir: folder for the refined maps, one PNG per image.
        refine: config of another local refinement, e.g. `dict(type='DenseCRF', bilateral_sxy=40)`.
        **kwargs: those of `IoUMetric`; its `prefix` is `'crf'` by default.

    Raises:
        InputError: both `crf` and `refine` are set, or the refinement or a setting is unknown.
    """

    default_prefix = 'crf'

    def __init__(self, workers: int | None = None, crf: dict | None = None, output_dir: str | None = None,
                 refine: dict | None = None, **kwargs: Any) -> None:
        super().__init__(output_dir=output_dir, **kwargs)
        if crf and refine:
            raise InputError(f'CRFIoUMetric: crf={crf} has no effect with refine={refine}. Remove one of them.')
        self.workers = workers or default_workers()
        self.crf = dict(crf or {})
        if 'type' in self.crf:
            raise InputError(f'CRFIoUMetric: crf={crf} are settings of a DenseCRF. Name another refinement by refine.')
        self.refinement = build_local_refinement(refine or dict(type='DenseCRF', **{**DEEPLABV2, **self.crf}),
                                                 'CRFIoUMetric')
        self._pool: ProcessPoolExecutor | None = None
        self._pending: deque[tuple[Future, dict, int]] = deque()
        self._held = 0  # bytes of what waits

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Send images to the workers and count finished ones.

        Raises:
            InputError: a sample has no logits that match its prediction, its image cannot be refined, or a worker
                was killed.
        """
        try:
            with explained_kill(REMEDY):
                for sample in data_samples:
                    self._submit(sample)
                    while len(self._pending) > 2 * self.workers or (self._held > HELD and
                                                                    len(self._pending) > self.workers):
                        self._count_oldest()
        except BaseException:  # Ctrl-C too
            self._close()
            raise

    def evaluate(self, size: int) -> dict:
        """Wait for all images and return the metrics.

        Raises:
            InputError: an image cannot be refined, or a worker was killed.
        """
        try:
            with explained_kill(REMEDY):
                while self._pending:
                    self._count_oldest()
        finally:
            self._close()
        return super().evaluate(size)

    def _submit(self, sample: dict) -> None:
        probs = probabilities(sample, len(self.dataset_meta['classes']))
        if self._pool is None:
            self.refinement.check()
            self._pool = worker_pool(self.workers)
        # Only what IoUMetric reads, so that the logits can be freed; masks as int16 are a quarter of int64.
        kept = {key: sample[key] for key in ('img_id', 'img_path', 'reduce_zero_label') if key in sample}
        if 'gt_sem_seg' in sample:
            kept['gt_sem_seg'] = dict(data=sample['gt_sem_seg']['data'].cpu().to(torch.int16))
        image = {key: sample[key] for key in ('img_path', 'backend_args') if key in sample}
        size, smaller = probs.shape[1:], shrunk_size(probs.shape[1:], self.refinement.max_size)
        if smaller:  # a large photo: its probabilities would be copied to the worker
            probs = shrink_scores(torch.from_numpy(probs), smaller).numpy()
        submitted = self._pool.submit(refined_label, image, probs, self.refinement.refine, size)
        held = probs.nbytes + 2 * math.prod(size)
        self._pending.append((submitted, kept, held))
        self._held += held

    def _count_oldest(self) -> None:
        """Count in the order of the images, because ranks are merged by it."""
        future, sample, size = self._pending.popleft()
        self._held -= size
        label = torch.from_numpy(future.result().astype(np.int64))
        if 'gt_sem_seg' in sample:
            sample = dict(sample, gt_sem_seg=dict(data=sample['gt_sem_seg']['data'].long()))
        super().process({}, [dict(sample, pred_sem_seg=dict(data=label[None]))])

    def _close(self) -> None:
        self._pending.clear()
        self._held = 0
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def probabilities(sample: dict, num_classes: int) -> np.ndarray:
    """Return the softmax of a data sample's logits.

    Args:
        sample: with `seg_logits` `(C, H, W)` and `pred_sem_seg` `(1, H, W)`, as MMEngine hands it to metrics.
        num_classes: `C`, with the background.

    Returns:
        `(C, H, W)` float32 in [0, 1].

    Raises:
        InputError: the number of logits differs from the number of classes, or the logits do not match
            `pred_sem_seg`.
    """
    logits = sample['seg_logits']['data'] if 'seg_logits' in sample else None
    if logits is None or len(logits) != num_classes:
        raise InputError(f'CRFIoUMetric needs seg_logits for {num_classes} classes, but this model does not predict '
                         'them. Use IoUMetric.')
    if not torch.equal(logits.argmax(dim=0), sample['pred_sem_seg']['data'].squeeze(0)):
        raise InputError('CRFIoUMetric: pred_sem_seg is not the maximum of seg_logits. SegTTAModel keeps only the '
                         "logits of its last view: set tta_model.type='LogitsTTAModel', or omit --tta.")
    return logits.float().softmax(dim=0).cpu().numpy()


def refined_label(sample: dict, probs: np.ndarray, refine: Refine, size: Sequence[int] | None = None) -> np.ndarray:
    """Refine an image's probabilities.

    Args:
        sample: names the image of height H and width W, see :func:`image_of`.
        probs: `(C, h, w)` float32 in [0, 1].
        refine: the local refinement.
        size: `(H, W)`; if `probs` are smaller, they are refined on a shrunk image. By default that of `probs`.

    Returns:
        `(H, W)` int16, the most probable class of each pixel.

    Raises:
        InputError: the image is missing, damaged or of another size, or the refinement cannot run.
    """
    image, size = image_of(sample), tuple(size or probs.shape[1:])
    try:
        if tuple(image.shape[1:]) != size:
            raise InputError(f'the image has {tuple(image.shape[1:])} pixels, but its prediction has {size}. Make both '
                             'of the same file.')
        if probs.shape[1:] != size:
            refined = refine(shrink_image(image, probs.shape[1:]), torch.from_numpy(probs))
            return labels_at(refined, size).short().numpy()
        return refine(image, torch.from_numpy(probs)).argmax(dim=0).short().numpy()
    except InputError as error:
        raise InputError(f'{sample["img_path"]}: {error}') from error
