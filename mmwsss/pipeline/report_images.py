"""The images of a report: what each stage made of them."""
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from mmengine.config import Config
from mmseg.structures import SegDataSample

from mmwsss.apis import WSSSInferencer
from mmwsss.datasets import ImageLabelDataset
from mmwsss.engine.preflight import build_datasets
from mmwsss.pseudo_labels import read_cam
from mmwsss.visualization.panels import heat_overlay, image_uri, paint_labels, shrink
from mmwsss.visualization.report_page import Row

from .plan import Plan

PANELS = ('image', 'CAM', 'IR label', 'boundary', 'pseudo label', 'prediction', 'truth')
LONGEST = 180  # pixels of an image on the page
CANDIDATES = 60  # images whose classes are looked at, to show them all


def masked_images(plan: Plan) -> ImageLabelDataset:
    """The images that IRNet is tested on, with their masks and without CAMs."""
    cfg = plan.configs['irnet']
    cfg = Config(dict(default_scope=cfg.default_scope, test_dataloader=cfg.test_dataloader.to_dict()))
    cfg.test_dataloader.dataset.update(cam_dir=None, pipeline=[dict(type='LoadImage'), dict(type='LoadMask')])
    return build_datasets(cfg, ('test', ))['test']


def image_rows(plan: Plan, done: Iterable[str], truths: ImageLabelDataset, count: int) -> list[Row]:
    """Images in the versions of `PANELS`.

    Args:
        plan: of the pipeline.
        done: names of the stages that are done, the CAMs among them.
        truths: from :func:`masked_images`.
        count: of images, at most.
    """
    done = set(done)
    indices = choose_images([truths.get_data_info(index)['img_id'] for index in range(len(truths))],
                              plan.work_dir / 'cams', count)
    paths = [truths.get_data_info(index)['img_path'] for index in indices]
    nothing: list[SegDataSample | None] = [None] * len(paths)
    edges = _predictions(plan, 'irnet', paths) if 'irnet' in done else nothing
    found = _predictions(plan, 'segmentor', paths) if 'segmentor' in done else nothing
    rows = []
    for index, edge, prediction in zip(indices, edges, found, strict=True):
        info = truths.get_data_info(index)
        labels = {stage: _read_labels(truths, info, plan.work_dir / stage) for stage in ('ir_labels', 'pseudo_labels')
                  if stage in done}
        labels['truth'] = _read_labels(truths, info)
        if prediction is not None:
            labels['prediction'] = prediction.pred_sem_seg.data[0].cpu().numpy()
        painted = {name: image_uri(paint_labels(shrink(label.astype(np.uint8), LONGEST, smooth=False),
                                                  truths.metainfo['palette']), 'png') for name, label in labels.items()}
        image = shrink(np.ascontiguousarray(truths.pipeline(info)['img'][..., ::-1]), LONGEST)
        cam = read_cam(plan.work_dir / 'cams' / f"{info['img_id']}.npz").cam
        heat = cam.max(axis=0) if len(cam) else np.zeros((1, 1))
        rows.append(Row(info['img_id'], [
            image_uri(image), image_uri(heat_overlay(image, heat)), painted.get('ir_labels'),
            None if edge is None else _boundary_uri(edge.boundary.data[0].cpu().numpy(), image),
            painted.get('pseudo_labels'), painted.get('prediction'), painted['truth']]))
    return rows


def choose_images(ids: list[str], cams: Path, count: int) -> list[int]:
    """Indices of images whose classes alternate: each next one has the class that was shown least.

    Args:
        ids: of the images.
        cams: folder of their CAM files, which know the classes.
        count: of images, at most.
    """
    step = max(len(ids) // max(CANDIDATES, count), 1)
    keys = {index: read_cam(cams / f'{ids[index]}.npz').keys.tolist() for index in range(0, len(ids), step)}
    shown: dict[int, int] = {}
    chosen: list[int] = []
    while keys and len(chosen) < count:
        index = min(keys, key=lambda place: (_times_shown(keys[place], shown), place))
        for key in keys.pop(index):
            shown[key] = shown.get(key, 0) + 1
        chosen.append(index)
    return chosen


def _times_shown(keys: list[int], shown: Mapping[int, int]) -> float:
    """How often the rarest of the classes was shown; images without a class come last."""
    return min((shown.get(key, 0) for key in keys), default=float('inf'))


def _read_labels(truths: ImageLabelDataset, info: dict[str, Any], folder: Path | None = None) -> np.ndarray:
    """The mask `(H, W)` of an image, or the label map of the same name in a folder."""
    if folder is not None:
        info = dict(info, seg_map_path=str(folder / f"{info['img_id']}.png"))
    return truths.pipeline(dict(info, seg_fields=[]))['gt_seg_map']


def _predictions(plan: Plan, network: str, paths: list[str]) -> list[SegDataSample]:
    """What a network predicts for images, without labels."""
    inferencer = WSSSInferencer(plan.configs[network], str(plan.checkpoint(network)), show_progress=False)
    found = inferencer(paths, return_datasamples=True)['predictions']
    return found if isinstance(found, list) else [found]


def _boundary_uri(boundary: np.ndarray, image: np.ndarray) -> str:
    """Boundaries dark on white, at the size of the image."""
    grey = cv2.resize(((1 - boundary) * 255).astype(np.uint8), image.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return image_uri(np.repeat(grey[..., None], 3, axis=2))
