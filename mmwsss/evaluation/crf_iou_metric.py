"""IoU of predictions that a DenseCRF refined, in processes beside the network."""
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from mmseg.registry import METRICS

from mmwsss.datasets.transforms.load_image import read_image
from mmwsss.pseudo_labels import dense_crf_probs
from mmwsss.utils.errors import InputError
from mmwsss.utils.worker_pool import default_workers, worker_pool

from .class_iou_metric import ClassIoUMetric


@METRICS.register_module()
class CRFIoUMetric(ClassIoUMetric):
    """`ClassIoUMetric` of the softmax of `seg_logits`, refined by :func:`dense_crf_probs` on the image `img_path`.

    Images are refined in processes while the network goes on; where these are slower, the network waits, so that
    memory stays small. Its settings are those of DeepLabv2.

    Args:
        workers: processes of each rank; `None` for as many as there are cores for.
        crf: settings of :func:`dense_crf_probs` that differ from its defaults.
        output_dir: gets the refined maps, one PNG an image.
        **kwargs: those of `IoUMetric`; its `prefix` is `'crf'` by default.
    """

    default_prefix = 'crf'

    def __init__(self, workers: int | None = None, crf: dict | None = None, output_dir: str | None = None,
                 **kwargs: Any) -> None:
        super().__init__(output_dir=output_dir, **kwargs)
        self.workers = workers or default_workers()
        self.crf = dict(crf or {})
        self._pool: ProcessPoolExecutor | None = None
        self._pending: deque[tuple[Future, dict]] = deque()

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Hand images to the processes, and count those that came back.

        Raises:
            InputError: a sample has no logits that belong to its prediction, its image cannot be refined, or a
                process ended early.
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
        """The metrics, when all images came back.

        Raises:
            InputError: an image cannot be refined, or a process ended early.
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
            self._pool = worker_pool(self.workers)
        # What IoUMetric reads; the logits need not stay in memory.
        kept = {key: sample[key] for key in ('gt_sem_seg', 'img_path', 'reduce_zero_label') if key in sample}
        self._pending.append((self._pool.submit(refine, sample['img_path'], probs, self.crf), kept))

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
    """Say what ends processes early.

    Raises:
        InputError: one of the processes is gone.
    """
    try:
        yield
    except BrokenProcessPool as error:
        raise InputError('A process of CRFIoUMetric was ended from outside, perhaps for want of memory, or could not '
                         'start. Set fewer workers; and in a script of your own, put what it runs below '
                         "`if __name__ == '__main__':`.") from error


def probabilities(sample: dict, num_classes: int) -> np.ndarray:
    """The softmax of a data sample's logits.

    Args:
        sample: with `seg_logits` `(C, H, W)` and `pred_sem_seg` `(1, H, W)`, as MMEngine hands it to metrics.
        num_classes: `C`, with the background.

    Returns:
        `(C, H, W)` float32 in [0, 1].

    Raises:
        InputError: there are none for each class, or they are not those of the sample's `pred_sem_seg`.
    """
    logits = sample['seg_logits']['data'] if 'seg_logits' in sample else None
    if logits is None or len(logits) != num_classes:
        raise InputError(f'CRFIoUMetric needs seg_logits of {num_classes} classes, which this model does not predict. '
                         'Take IoUMetric.')
    if not torch.equal(logits.argmax(dim=0), sample['pred_sem_seg']['data'].squeeze(0)):
        raise InputError('CRFIoUMetric: pred_sem_seg is not the maximum of seg_logits. SegTTAModel keeps the logits of '
                         "its last view alone: set tta_model.type='LogitsTTAModel', or drop --tta.")
    return logits.float().softmax(dim=0).cpu().numpy()


def refine(img_path: str, probs: np.ndarray, crf: dict) -> np.ndarray:
    """Refine probabilities by a DenseCRF on their image.

    Args:
        img_path: the image, of height H and width W.
        probs: `(C, H, W)` float32 in [0, 1].
        crf: settings of :func:`dense_crf_probs`.

    Returns:
        `(H, W)` uint8, the most probable class of each pixel.

    Raises:
        InputError: the image is missing, damaged or of another size, or `pydensecrf` is not installed.
    """
    image = np.ascontiguousarray(read_image(img_path)[..., ::-1])  # RGB
    try:
        return dense_crf_probs(image, probs, **crf).argmax(axis=0).astype(np.uint8)
    except InputError as error:
        raise InputError(f'{img_path}: {error}') from error
