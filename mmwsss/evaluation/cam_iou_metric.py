"""mIoU of class activation maps at every background threshold, in one pass over the images."""
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from mmengine.logging import MMLogger, print_log
from mmseg.evaluation import IoUMetric
from mmseg.registry import METRICS
from torch import Tensor

from mmwsss.utils.errors import InputError
from mmwsss.utils.json_file import write_json

from .absent_classes import warn_of_absent_classes
from .curve_plot import plot_curve
from .threshold import otsu
from .winner_histogram import threshold_areas, winner_histogram, winner_of


@METRICS.register_module()
class CAMIoUMetric(IoUMetric):
    """IoU of CAMs at every background threshold.

    Needs `gt_sem_seg` and `cam_winner` (or `cam` and `cam_keys`) in the data samples. One pass serves all
    thresholds: a histogram of the winning score by winning and ground truth class gives the confusion matrix of
    each. The values at a threshold equal MMSeg's `IoUMetric` on the segmentation
    `winner where score > threshold else background`.

    The metrics are `mIoU`, `aAcc` and `mAcc` at the threshold `best_thr` with the highest mIoU, and `mIoU_auto` at
    `auto_thr`, which Otsu's rule selects from the scores alone. MMSeg's per-class table at `best_thr` is logged.
    `cam_curve.json` and `cam_curve.png` contain the whole curve.

    Without masks (`masks=False`) the metrics are `auto_thr` and `foreground`, the percentage of pixels above it; the
    curve is `foreground` at every threshold, without a plot.

    Args:
        thresholds: increasing background thresholds in [0, 1). Default 0.00, 0.01, ..., 0.99.
        ignore_index: ground truth of pixels that are not counted.
        out_dir: folder for the curve files. Default: the folder of the current log file; without a log file, no
            curve is written.
        plot: whether to plot the curve too.
        name: name of the curve files.
        masks: whether samples have a ground truth.
        collect_device: 'cpu' or 'gpu', through which ranks exchange results.
        prefix: prefix of the metric names, as in every MMEngine metric.

    Raises:
        InputError: thresholds are out of range or not increasing; a sample lacks a CAM or a mask, or their sizes
            differ.
    """

    def __init__(self,
                 thresholds: Sequence[float] | None = None,
                 ignore_index: int = 255,
                 out_dir: str | None = None,
                 plot: bool = True,
                 name: str = 'cam_curve',
                 masks: bool = True,
                 collect_device: str = 'cpu',
                 prefix: str | None = None) -> None:
        super().__init__(ignore_index=ignore_index, collect_device=collect_device, prefix=prefix)
        if thresholds is None:
            thresholds = [percent / 100 for percent in range(100)]
        self.thresholds = [float(threshold) for threshold in thresholds]
        self._bounds = torch.tensor(self.thresholds, dtype=torch.float32)
        if (not self.thresholds or not 0 <= self._bounds[0] or not self._bounds[-1] < 1
                or not bool((self._bounds.diff() > 0).all())):
            raise InputError('CAMIoUMetric: thresholds must be increasing numbers in [0, 1) that differ in float32, '
                             f'got {self.thresholds}.')
        self.masks = masks
        self.out_dir = out_dir
        self.plot = plot
        self.name = name

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Count each image; its result is the list of occupied histogram cells.

        With one small entry per image, as in `IoUMetric`, MMEngine can drop the images that a sampler repeats to
        fill the last batch of a distributed run.

        Args:
            data_batch: not used.
            data_samples: model outputs as dictionaries.
        """
        num_classes = len(self.dataset_meta['classes'])
        for sample in data_samples:
            name = sample.get('img_id') or sample.get('img_path', 'without a name')
            try:
                score, winner, truth = _maps_of(sample, None if self.masks else self.ignore_index)
                histogram = winner_histogram(
                    score, winner, truth, self._bounds, num_classes, self.ignore_index)
            except InputError as error:
                raise InputError(f'Image {name}: {error}') from None
            cells = histogram.flatten().nonzero().flatten()
            # int32 fits every cell number and pixel count of one image
            self.results.append(torch.stack((cells, histogram.flatten()[cells])).int().cpu())

    def compute_metrics(self, results: list[Tensor]) -> dict[str, float]:
        """Sum the histograms of all images and evaluate every threshold.

        MMEngine calls it only on the first rank, so it may write files.

        Args:
            results: one `(2, n)` tensor per image: histogram cells and their pixel counts.

        Returns:
            `mIoU`, `aAcc`, `mAcc`, `mIoU_auto` in percent, `best_thr`, `auto_thr` in [0, 1); without masks `auto_thr`
            and `foreground` in percent.

        Raises:
            InputError: no pixel has a ground truth class.
        """
        histogram = self._total(results)
        scores = histogram.sum((1, 2)).numpy()
        edges = np.array([0.0, *self.thresholds, 1.0])
        auto = otsu(scores, (edges[:-1] + edges[1:]) / 2)
        if not self.masks:
            return self._without_masks(scores, edges, auto, len(results))
        areas = threshold_areas(histogram)
        warn_of_absent_classes(areas[3][0].tolist(), self.dataset_meta['classes'])
        iou = (areas[0] / areas[1]).numpy() * 100  # NaN for classes neither in the masks nor predicted
        if np.isnan(iou).all():
            raise InputError('CAMIoUMetric: no pixel has a ground truth class. Check the masks and ignore_index.')
        miou = np.nanmean(iou, axis=1)
        best = int(np.argmax(miou))
        metrics = super().compute_metrics([tuple(area[best] for area in areas)])
        metrics.update(best_thr=self.thresholds[best], mIoU_auto=np.round(miou[auto], 2),
                       auto_thr=self.thresholds[auto])
        self._log_curve(miou, best, auto)
        self._write_curve(dict(
            classes=list(self.dataset_meta['classes']),
            num_pictures=len(results),
            thresholds=self.thresholds,
            mIoU=_plain(miou),
            IoU=dict(zip(self.dataset_meta['classes'], map(_plain, iou.T), strict=True)),
            best=dict(thr=self.thresholds[best], mIoU=_plain(miou)[best]),
            auto=dict(rule='otsu', thr=self.thresholds[auto], mIoU=_plain(miou)[auto]),
            score_histogram=_score_histogram(scores, edges)),
            marks={'best': best, 'label-free (Otsu)': auto})
        return metrics

    def _without_masks(self, scores: np.ndarray, edges: np.ndarray, auto: int, count: int) -> dict[str, float]:
        """The label-free threshold, and the percentage of pixels above each."""
        foreground = 100 * (1 - np.cumsum(scores)[:-1] / scores.sum())
        self._write_curve(dict(
            classes=list(self.dataset_meta['classes']),
            num_pictures=count,
            thresholds=self.thresholds,
            foreground=_plain(foreground),
            auto=dict(rule='otsu', thr=self.thresholds[auto], foreground=_plain(foreground)[auto]),
            score_histogram=_score_histogram(scores, edges)))
        return dict(auto_thr=self.thresholds[auto], foreground=round(float(foreground[auto]), 2))

    def _total(self, results: list[Tensor]) -> Tensor:
        """The summed histogram `(T + 1, C, C + 1)` int64."""
        num_classes = len(self.dataset_meta['classes'])
        total = torch.zeros((len(self.thresholds) + 1, num_classes, num_classes + 1),
                            dtype=torch.int64)
        for cells, pixels in results:
            total.view(-1).index_add_(0, cells.long(), pixels.long())
        return total

    def _log_curve(self, miou: np.ndarray, best: int, auto: int) -> None:
        """Log one line: the curve around its maximum, and the label-free threshold."""
        near = [best + step for step in (-10, -5, -2, -1, 0, 1, 2, 5, 10)]
        points = [f'{self.thresholds[i]:g}: {miou[i]:.2f}' + ' (best)' * (i == best)
                  for i in near if 0 <= i < len(miou)]
        print_log(f'mIoU by background threshold: {", ".join(points)}; label-free '
                  f'(Otsu): {self.thresholds[auto]:g}: {miou[auto]:.2f}', 'current')

    def _write_curve(self, curve: dict, marks: dict[str, int] | None = None) -> None:
        """Write the curve files if there is a folder for them."""
        folder = self.out_dir or _log_folder()
        if folder is None:
            return
        path = Path(folder) / f'{self.name}.json'
        write_json(path, curve)
        if self.plot and marks is not None:
            plot_curve(path.with_suffix('.png'), curve['thresholds'], curve['mIoU'], marks)
        print_log(f'Threshold curve written to {path}', 'current')


def _maps_of(sample: dict, unknown: int | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """Winning score, winning class and ground truth of a data sample, `(H, W)` each, on one device.

    Args:
        sample: of an image.
        unknown: ground truth of all pixels; `None` for that of the sample.
    """
    if unknown is not None:
        size = tuple(sample['cam_winner']['score'].shape[-2:]) if 'cam_winner' in sample else sample['ori_shape'][:2]
        truth = torch.full(size, unknown)
    elif 'gt_sem_seg' in sample:
        truth = sample['gt_sem_seg']['data'][0]
    else:
        raise InputError('the sample has no gt_sem_seg. Add LoadAnnotations to the test pipeline, or set masks=False '
                         'in the CAMIoUMetric.')
    if 'cam_winner' in sample:
        score, winner = sample['cam_winner']['score'][0], sample['cam_winner']['label'][0]
    elif 'cam' in sample and 'cam_keys' in sample:
        size = truth.shape[-2], truth.shape[-1]
        score, winner = winner_of(sample['cam']['data'], sample['cam_keys'], size)
    else:
        raise InputError('the sample has neither cam_winner nor cam with cam_keys. CAMIoUMetric needs a model that '
                         'predicts CAMs.')
    if score.shape != truth.shape:
        raise InputError('the CAM has {}x{} pixels (height x width), but the mask has {}x{}. Put LoadAnnotations '
                         "after Resize in the test pipeline, so that the mask keeps the image's size."
                         .format(*score.shape, *truth.shape))
    return score, winner.to(score.device), truth.to(score.device)


def _score_histogram(scores: np.ndarray, edges: np.ndarray) -> dict[str, list]:
    """Pixels with scores above the previous edge, up to and including this one."""
    return dict(upper_edges=edges[1:].tolist(), pixels=scores.tolist())


def _plain(percent: np.ndarray) -> list[float | None]:
    """Rounded numbers for JSON, which has no NaN."""
    return [None if np.isnan(value) else round(value, 4) for value in percent.tolist()]


def _log_folder() -> Path | None:
    """The folder of the current log file, if there is one."""
    for handler in MMLogger.get_current_instance().handlers:
        if isinstance(handler, logging.FileHandler):
            return Path(handler.baseFilename).parent
    return None
