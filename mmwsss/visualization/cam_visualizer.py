"""Drawing of class activation maps beside the segmentation."""
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
    """MMSeg's visualizer, with a panel for each kept CAM of a sample.

    The panels are the image, the true and the predicted segmentation as MMSeg draws them (where
    the sample holds them), and a heat map over the image for each class of `cam_keys`. The heat
    is absolute, blue at 0 and red at 1, so that panels compare with each other and with a
    background threshold. A sample without CAMs is drawn by the parent class.

    Args:
        name: name of the instance.
        heat: weight of the heat map against the image, in [0, 1].
        columns: panels in a row.
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
        """Draw a sample and show it, write it, or hand it to the backends.

        Args:
            name: name of the image, or of the window.
            image: `(H, W, 3)` uint8 RGB.
            data_sample: what a model predicted, with `cam` `(K, h, w)` in [0, 1], `cam_keys` `(K,)`
                image classes and perhaps `pred_score` `(L,)`, the probabilities.
            draw_gt: whether to draw the true segmentation.
            draw_pred: whether to draw the CAMs and the predicted segmentation.
            show: whether to open a window.
            wait_time: seconds that the window stays; 0 waits for a key.
            out_file: write the drawing here instead of handing it to the backends.
            step: training step under which backends file it.
            with_labels: whether to write names of classes.
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
        """What the parent draws of arrays: the masks that it makes of tensors fail on an image of one pixel."""
        return super()._draw_sem_seg(image, sem_seg.numpy(), *args, **kwargs)

    def _cam_panels(self, image: np.ndarray, sample: SegDataSample,
                    with_labels: bool | None) -> list[np.ndarray]:
        """The image under the heat map of each kept class, with its name and probability."""
        cams = sample.cam.data.detach().float().cpu().numpy()
        if len(cams) == 0:
            return []
        panels = []
        for cam, key in zip(cams, torch.as_tensor(sample.cam_keys).tolist(), strict=True):
            panel = heat_overlay(image, cam, self.heat)
            panels.append(self._titled(panel, self._title(key, sample)) if with_labels else panel)
        return panels

    def _title(self, key: int, sample: SegDataSample) -> str:
        """Name and, where it is known, probability of an image class."""
        title = self.dataset_meta['classes'][key + 1]  # class 0 of a segmentation is background
        if 'pred_score' in sample:
            title += f' {float(sample.pred_score[key]):.2f}'
        return title

    def _titled(self, panel: np.ndarray, title: str) -> np.ndarray:
        """The panel with a title in its corner."""
        self.set_image(panel)
        self.draw_texts([title], np.array([[4, 4]]), colors='w',
                        bboxes=dict(facecolor='black', alpha=0.7, pad=2, edgecolor='none'))
        return self.get_image()


def _tile(panels: list[np.ndarray], columns: int) -> np.ndarray:
    """Panels of equal size `(H, W, 3)` in rows of at most `columns`, white where one is missing."""
    columns = min(columns, len(panels))
    blank = np.full_like(panels[0], 255)
    panels = panels + [blank] * (-len(panels) % columns)
    return np.concatenate([np.concatenate(panels[start:start + columns], axis=1)
                           for start in range(0, len(panels), columns)])
