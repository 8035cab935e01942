"""A file for each image of a test."""
from types import SimpleNamespace

import mmcv
import numpy as np
import torch
from mmengine.structures import PixelData
from mmseg.registry import HOOKS, VISUALIZERS
from mmseg.structures import SegDataSample

import mmwsss.engine.hooks  # noqa: F401


def test_equal_names_in_several_folders(tmp_path):
    visualizer = VISUALIZERS.build(dict(
        type='SegLocalVisualizer', name='numbered-hook-test', save_dir=str(tmp_path / 'drawn'), alpha=0,
        vis_backends=[dict(type='LocalVisBackend')]))
    visualizer.dataset_meta = dict(classes=('background', ), palette=[[0, 0, 0]])
    hook = HOOKS.build(dict(type='mmseg.NumberedVisualizationHook', draw=True, interval=1))
    hook._visualizer = visualizer
    for index, folder in enumerate('ab'):
        path = str(tmp_path / folder / '1.png')
        mmcv.imwrite(np.full((20, 30, 3), (10, 20, 100 + index), np.uint8), path)  # BGR
        sample = SegDataSample(pred_sem_seg=PixelData(data=torch.zeros(1, 20, 30, dtype=torch.int64)))
        sample.set_metainfo(dict(img_path=path))
        hook.after_test_iter(SimpleNamespace(iter=0), index, {}, [sample])
    files = sorted((tmp_path / 'drawn').rglob('*.png'))
    assert [file.name for file in files] == ['test_1.png_1.png', 'test_1.png_2.png']
    assert [mmcv.imread(str(file))[0, 0, 2] for file in files] == [100, 101]
