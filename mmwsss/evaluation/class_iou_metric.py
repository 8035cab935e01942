"""MMSeg's IoU, with each class's IoU as a metric."""
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from mmseg.evaluation import IoUMetric
from mmseg.registry import METRICS
from torch import Tensor

from .absent_classes import warn_of_absent_classes
from .pseudo_label_writer import PseudoLabelWriter


@METRICS.register_module()
class ClassIoUMetric(IoUMetric):
    """`IoUMetric` that also reports `IoU.<class>` for every class, in percent, and counts images of any size exactly.

    Classes that occur neither in the masks nor in the predictions are omitted; a warning names those that no mask has.

    Args:
        output_dir: folder for the predictions, written as by :class:`PseudoLabelWriter` (MMSeg's metric would write the
            config's class numbers, by the images' names without their folders).
        image_dirs: see :class:`PseudoLabelWriter`.
        **kwargs: those of `IoUMetric`.
    """

    writes_labels = True  # for `tools/test.py --out`

    def __init__(self, output_dir: str | None = None, image_dirs: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._writer = PseudoLabelWriter(output_dir, image_dirs)

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Count each image, and write its prediction if there is a folder."""
        super().process(data_batch, data_samples)
        self._writer.dataset_meta = self.dataset_meta
        self._writer.process(data_batch, data_samples)
        if self.format_only:  # nothing is counted, and MMEngine warns of a metric without results
            self.results.extend([()] * len(data_samples))

    @staticmethod
    def intersect_and_union(pred_label: Tensor, label: Tensor, num_classes: int,
                            ignore_index: int) -> tuple[Tensor, ...]:
        """Count the pixels of an image exactly; MMSeg's counters are float32, which end at 2^24 pixels of a class.

        Args:
            pred_label, label: prediction and ground truth of the same shape, integers.
            num_classes: `C`.
            ignore_index: ground truth of pixels that are not counted.

        Returns:
            Intersection, union, predicted and ground truth area, `(C,)` float64 each, on the CPU.
        """
        known = label != ignore_index
        found, true = pred_label[known].long(), label[known].long()
        intersect, predicted, truth = (
            torch.bincount(values, minlength=num_classes)[:num_classes].cpu().double()
            for values in (found[found == true], found, true))
        return intersect, predicted + truth - intersect, predicted, truth

    def compute_metrics(self, results: list[tuple[Tensor, ...]]) -> dict[str, float]:
        """Compute MMSeg's metrics and the IoU of each class.

        Args:
            results: intersection, union, predicted and ground truth area `(C,)` of each image.

        Returns:
            Metric name -> percent; empty with `format_only`.
        """
        if self.format_only:
            return {}
        metrics = super().compute_metrics(results)
        intersect, union, truth = (
            torch.stack([areas[index] for areas in results]).sum(dim=0) for index in (0, 1, 3))
        warn_of_absent_classes(truth.tolist(), self.dataset_meta['classes'])
        iou = (100 * intersect / union).tolist()
        metrics.update({f'IoU.{name}': round(value, 2) for name, value in
                        zip(self.dataset_meta['classes'], iou, strict=True) if not np.isnan(value)})
        return metrics
