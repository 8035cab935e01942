"""IoU of predictions that a local refinement such as DenseCRF moved to the image's edges, in other processes."""
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from mmseg.registry import METRICS

from mmwsss.datasets.transforms.load_image import image_of
from mmwsss.pseudo_labels.label_scores import Refine
from mmwsss.registry import LOCAL_REFINEMENTS
from mmwsss.utils.errors import InputError
from mmwsss.utils.worker_pool import default_workers, worker_pool

from .class_iou_metric import ClassIoUMetric

DEEPLABV2 = dict(gaussian_sxy=1, bilateral_sxy=67, bilateral_srgb=3, bilateral_compat=4)  # what differs from DenseCRF's


@METRICS.register_module()
class CRFIoUMetric(ClassIoUMetric):
    """`ClassIoUMetric` of the softmax of `seg_logits` after a local refinement on the image `img_path`.

    Images are refined in processes while the network runs; if these are slower, the network waits, so that
    memory stays small.

    Args:
        workers: processes of each rank; `None` for as many as there are cores for.
        crf: settings of the default refinement, a `DenseCRF` as in DeepLabv2, that differ from :func:`dense_crf_probs`.
        output_dir: gets the refined maps, one PNG an image.
        refine: config of another local refinement, e.g. `dict(type='DenseCRF', bilateral_sxy=40)`.
        **kwargs: those of `IoUMetric`; its `prefix` is `'crf'` by default.

    Raises:
        InputError: both `crf` and `refine` are set.
    """

    default_prefix = 'crf'

    def __init__(self, workers: int | None = None, crf: dict | None = None, output_dir: str | None = None,
                 refine: dict | None = None, **kwargs: Any) -> None:
        super().__init__(output_dir=output_dir, **kwargs)
        if crf and refine:
            raise InputError(f'CRFIoUMetric: crf={crf} has no effect with refine={refine}. Remove one of them.')
        self.workers = workers or default_workers()
        self.crf = dict(crf or {})
        self.refinement = LOCAL_REFINEMENTS.build(refine or dict(type='DenseCRF', **{**DEEPLABV2, **self.crf}))
        self._pool: ProcessPoolExecutor | None = None
        self._pending: deque[tuple[Future, dict]] = deque()

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Send images to the processes, and count those that came back.

        Raises:
            InputError: a sample has no logits that belong to its prediction, its image cannot be refined, or a
                worker was killed.
        """
        try:
            with explain_broken_pool():
                for sample in data_samples:
                    self._submit(sample)
                    while len(self._pending) > 2 * self.workers:
                        self._count_oldest()
        except BaseException:  # Ctrl-C too
            self._close()
            raise

    def evaluate(self, size: int) -> dict:
        """Return the metrics when all images came back.

        Raises:
            InputError: an image cannot be refined, or a worker was killed.
        """
        try:
            with explain_broken_pool():
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
        # What IoUMetric reads; the logits need not stay in memory.
        kept = {key: sample[key] for key in ('gt_sem_seg', 'img_path', 'reduce_zero_label') if key in sample}
        image = {key: sample[key] for key in ('img_path', 'backend_args') if key in sample}
        self._pending.append((self._pool.submit(refined_label, image, probs, self.refinement.refine), kept))

    def _count_oldest(self) -> None:
        """In the order of the images, by which ranks are merged."""
        future, sample = self._pending.popleft()
        label = torch.from_numpy(future.result().astype(np.int64))
        super().process({}, [dict(sample, pred_sem_seg=dict(data=label[None]))])

    def _close(self) -> None:
        self._pending.clear()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


@contextmanager
def explain_broken_pool() -> Iterator[None]:
    """Explain what kills workers.

    Raises:
        InputError: a worker was killed.
    """
    try:
        yield
    except BrokenProcessPool as error:
        raise InputError('A worker of CRFIoUMetric was killed, probably because memory ran out, or could not start. '
                         'Set fewer workers. In your own script, put what it runs below '
                         "`if __name__ == '__main__':`.") from error


def probabilities(sample: dict, num_classes: int) -> np.ndarray:
    """Return the softmax of a data sample's logits.

    Args:
        sample: with `seg_logits` `(C, H, W)` and `pred_sem_seg` `(1, H, W)`, as MMEngine hands it to metrics.
        num_classes: `C`, with the background.

    Returns:
        `(C, H, W)` float32 in [0, 1].

    Raises:
        InputError: their number is not that of the classes, or they do not belong to the sample's `pred_sem_seg`.
    """
    logits = sample['seg_logits']['data'] if 'seg_logits' in sample else None
    if logits is None or len(logits) != num_classes:
        raise InputError(f'CRFIoUMetric needs seg_logits of {num_classes} classes, which this model does not predict. '
                         'Use IoUMetric.')
    if not torch.equal(logits.argmax(dim=0), sample['pred_sem_seg']['data'].squeeze(0)):
        raise InputError('CRFIoUMetric: pred_sem_seg is not the maximum of seg_logits. SegTTAModel keeps the logits of '
                         "its last view alone: set tta_model.type='LogitsTTAModel', or drop --tta.")
    return logits.float().softmax(dim=0).cpu().numpy()


def refined_label(sample: dict, probs: np.ndarray, refine: Refine) -> np.ndarray:
    """Refine probabilities on their image.

    Args:
        sample: names the image, of height H and width W, see :func:`image_of`.
        probs: `(C, H, W)` float32 in [0, 1].
        refine: the local refinement.

    Returns:
        `(H, W)` uint8, the most probable class of each pixel.

    Raises:
        InputError: the image is missing, damaged or of another size, or the refinement cannot run.
    """
    image = image_of(sample)
    try:
        return refine(image, torch.from_numpy(probs)).argmax(dim=0).byte().numpy()
    except InputError as error:
        raise InputError(f'{sample["img_path"]}: {error}') from error
