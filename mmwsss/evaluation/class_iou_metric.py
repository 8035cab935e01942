"""MMSeg's IoU, with each class's IoU as a metric."""
import numpy as np
import torch
from mmseg.evaluation import IoUMetric
from mmseg.registry import METRICS
from torch import Tensor


@METRICS.register_module()
class ClassIoUMetric(IoUMetric):
    """`IoUMetric` that also reports `IoU.<class>` for every class, in percent.

    Classes that occur neither in the masks nor in the predictions are omitted. Arguments are those of `IoUMetric`.
    """

    def compute_metrics(self, results: list[tuple[Tensor, ...]]) -> dict[str, float]:
        """Compute MMSeg's metrics and the IoU of each class.

        Args:
            results: intersection, union, predicted and ground truth area `(C,)` of each image.

        Returns:
            Metric name -> percent; empty with `format_only`.
        """
        metrics = super().compute_metrics(results)
        if self.format_only:
            return metrics
        intersect, union = (torch.stack([areas[index] for areas in results]).sum(dim=0).double() for index in (0, 1))
        iou = (100 * intersect / union).tolist()
        metrics.update({f'IoU.{name}': round(value, 2) for name, value in
                        zip(self.dataset_meta['classes'], iou, strict=True) if not np.isnan(value)})
        return metrics
