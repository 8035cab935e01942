"""Visualizing class activation maps beside the segmentation."""
from typing import Any

import mmcv
import numpy as np
import torch
from mmengine.dist import master_only
from mmengine.structures import PixelData
from mmseg.registry import VISUALIZERS
from mmseg.structures import SegDataSample
from mmseg.visualization import SegLocalVisualizer

from .panels import heat_overlay


@VISUALIZERS.register_module()
class CAMLocalVisualizer(SegLocalVisualizer):
    """MMSeg's visualizer with one more panel per kept CAM.

    The panels are the image, the ground truth and predicted segmentation as MMSeg visualizes them (if present),
    and a heat map over the image for each class in `cam_keys`. The heat is absolute, blue at 0 and red at 1, so
    panels can be compared with each other and with a background threshold. Samples without CAMs go to the parent
    class.

    Args:
        name: name of the instance.
        heat: weight of the heat map against the image, in [0, 1].
        columns: panels per row.
        kwargs: those of `SegLocalVisualizer`.
    """

    def __init__(self, name: str = 'visualizer', *, heat: float = 0.5, columns: int = 3,
                 **kwargs: Any) -> None:
        super().__init__(name, **kwargs)
        self.heat = heat
        self.columns = columns

    @master_only
    def add_datasample(self,
                       name: str,
                       image: np.ndarray,
                       data_sample: SegDataSample | None = None,
                       draw_gt: bool = True,
                       draw_pred: bool = True,
                       show: bool = False,
                       wait_time: float = 0,
                       out_file: str | None = None,
                       step: int = 0,
                       with_labels: bool | None = True,
                       **kwargs: Any) -> None:
        """Visualize a sample in a window, in a file or through the backends.

        Args:
            name: name of the image or window.
            image: `(H, W, 3)` uint8 RGB.
            data_sample: a prediction with `cam` `(K, h, w)` in [0, 1], `cam_keys` `(K,)` image classes and
                optionally `pred_score` `(L,)` probabilities.
            draw_gt: whether to visualize the ground truth.
            draw_pred: whether to visualize the CAMs and the predicted segmentation.
            show: whether to open a window.
            wait_time: seconds that the window stays; 0 waits for a key.
            out_file: file to write instead of passing the result to the backends.
            step: training step for the backends.
            with_labels: whether to write class names.
            kwargs: further arguments of the parent's method in the installed MMSeg.
        """
        if data_sample is None or not (draw_pred and 'cam' in data_sample and 'cam_keys' in data_sample):
            super().add_datasample(name, image, data_sample, draw_gt, draw_pred, show, wait_time,
                                   out_file, step, with_labels, **kwargs)
            return
        panels = [image]
        classes, palette = self.dataset_meta['classes'], self.dataset_meta['palette']
        for field in ['gt_sem_seg'] * draw_gt + ['pred_sem_seg']:
            if field in data_sample:
                panels.append(self._draw_sem_seg(
                    image, data_sample.get(field), classes, palette, with_labels))
        panels += self._cam_panels(image, data_sample, with_labels)
        drawn = _tile(panels, self.columns)
        self.set_image(drawn)
        if show:
            self.show(drawn, win_name=name, wait_time=wait_time)
        if out_file is not None:
            mmcv.imwrite(mmcv.rgb2bgr(drawn), out_file)
        else:
            self.add_image(name, drawn, step)

    def _draw_sem_seg(self, image: np.ndarray, sem_seg: PixelData, *args: Any, **kwargs: Any) -> np.ndarray:
        """Pass arrays to the parent, because its masks from tensors fail on an image of one pixel."""
        return super()._draw_sem_seg(image, sem_seg.numpy(), *args, **kwargs)

    def _cam_panels(self, image: np.ndarray, sample: SegDataSample,
                    with_labels: bool | None) -> list[np.ndarray]:
        """The heat map of each kept class over the image, with class name and probability."""
        cams = sample.cam.data.detach().float().cpu().numpy()
        if len(cams) == 0:
            return []
        panels = []
        for cam, key in zip(cams, torch.as_tensor(sample.cam_keys).tolist(), strict=True):
            panel = heat_overlay(image, cam, self.heat)
            panels.append(self._titled(panel, self._title(key, sample)) if with_labels else panel)
        return panels

    def _title(self, key: int, sample: SegDataSample) -> str:
        """The name of an image class and, if known, its probability."""
        title = self.dataset_meta['classes'][key + 1]  # class 0 of a segmentation is background
        if 'pred_score' in sample:
            title += f' {float(sample.pred_score[key]):.2f}'
        return title

    def _titled(self, panel: np.ndarray, title: str) -> np.ndarray:
        """Write a title into the panel's corner."""
        self.set_image(panel)
        self.draw_texts([title], np.array([[4, 4]]), colors='w',
                        bboxes=dict(facecolor='black', alpha=0.7, pad=2, edgecolor='none'))
        return self.get_image()


def _tile(panels: list[np.ndarray], columns: int) -> np.ndarray:
    """Arrange panels `(H, W, 3)` in rows of `columns`; missing panels are white."""
    columns = min(columns, len(panels))
    blank = np.full_like(panels[0], 255)
    panels = panels + [blank] * (-len(panels) % columns)
    return np.concatenate([np.concatenate(panels[start:start + columns], axis=1)
                           for start in range(0, len(panels), columns)])
