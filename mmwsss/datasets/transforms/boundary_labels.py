"""Labels of boundaries in the place of a label map."""
from typing import Any

import numpy as np
import torch
from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS

from mmwsss.pseudo_labels.boundary_label import boundary_label, check_window


@TRANSFORMS.register_module()
class BoundaryLabels(BaseTransform):
    """Replace a label map by labels of its boundaries, for a `BoundaryHead`.

    Windows have their size in pixels of the map, so place it behind `LoadMask`, before anything that resizes.

    Required key: `gt_seg_map`. Modified: `gt_seg_map`, uint8: 0 inside of the background, 1 inside of an object, 2 on a
    boundary, 255 ignored.

    Args:
        window: side of the square window, an odd number of pixels.
        **kwargs: shares, see :func:`~mmwsss.pseudo_labels.boundary_label.boundary_label`.

    Raises:
        InputError: the window is even or below 1.
    """

    def __init__(self, window: int = 13, **kwargs: Any) -> None:
        check_window(window)
        self.settings = dict(window=window, **kwargs)

    def transform(self, results: dict) -> dict:
        """Replace the label map."""
        labels = torch.from_numpy(np.ascontiguousarray(results['gt_seg_map']))
        results['gt_seg_map'] = boundary_label(labels, **self.settings).numpy()
        return results
