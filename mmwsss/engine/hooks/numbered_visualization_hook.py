"""Visualizing every prediction of a test in a file of its own."""
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.runner import Runner
from mmseg.engine.hooks import SegVisualizationHook
from mmseg.registry import HOOKS
from mmseg.structures import SegDataSample

from mmwsss.datasets.transforms.load_image import read_image


@HOOKS.register_module()
class NumberedVisualizationHook(SegVisualizationHook):
    """MMSeg's hook, with a number in the name of each image of a test, also in MMSeg 1.2.

    Its files have the names of images without their folders, so that `b/1.jpg` would replace `a/1.jpg`.
    `tools/test.py --show-dir` puts it in the place of MMSeg's.
    """

    _number = 0

    def after_test_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None,
                        outputs: Sequence[SegDataSample] | None = None) -> None:
        """Visualize each image of a batch.

        Args:
            runner, batch_idx, data_batch: unused.
            outputs: predictions with `img_path`.
        """
        for sample in outputs or ():
            self._number += 1
            image = np.ascontiguousarray(read_image(sample.img_path, self.backend_args)[..., ::-1])
            self._visualizer.add_datasample(f'test_{os.path.basename(sample.img_path)}', image, data_sample=sample,
                                            show=self.show, wait_time=self.wait_time, step=self._number)
