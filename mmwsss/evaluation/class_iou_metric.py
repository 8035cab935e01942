"""MMSeg's IoU, with the classes among the metrics and not in the log alone."""
import numpy as np
import torch
from mmseg.evaluation import IoUMetric
from mmseg.registry import METRICS
from torch import Tensor


@METRICS.register_module()
class ClassIoUMetric(IoUMetric):
    """`IoUMetric` whose metrics also hold `IoU.<class>` of every class, in percent.

    A class that neither the masks nor the predictions have is left out. The arguments are those of `IoUMetric`.
    """

    def compute_metrics(self, results: list[tuple[Tensor, ...]]) -> dict[str, float]:
        """MMSeg's metrics, and the IoU of each class.

        Args:
            results: intersection, union, predicted and true area `(C,)` of each image.

        Returns:
            Names and figures in percent; none where predictions are only written.
        """
        metrics = super().compute_metrics(results)
        if self.format_only:
            return metrics
        intersect, union = (torch.stack([areas[index] for areas in results]).sum(dim=0).double() for index in (0, 1))
        iou = (100 * intersect / union).tolist()
        metrics.update({f'IoU.{name}': round(value, 2) for name, value in
                        zip(self.dataset_meta['classes'], iou, strict=True) if not np.isnan(value)})
        return metrics
