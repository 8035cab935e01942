"""The images of a report, and what the stages made of them."""
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.config import Config

from mmwsss.apis import WSSSInferencer
from mmwsss.datasets import ImageLabelDataset
from mmwsss.datasets.transforms.load_mask import LoadMask
from mmwsss.engine.masks import has_masks
from mmwsss.engine.preflight import build_datasets
from mmwsss.pseudo_labels import read_cam
from mmwsss.visualization.panels import heat_overlay, image_uri, paint_labels, shrink

from .plan import Network
from .stage import Output

LONGEST = 180  # pixels of an image on the page
CANDIDATES = 60  # images whose classes are looked at, to show them all
Panels = list[str | None]  # data URIs of one version of the images


class ReportImages:
    """Some images of a network's test list, chosen so that classes alternate.

    Args:
        network: whose test data set has the images, and masks if there are any.
        count: of images, at most.

    Attributes:
        names: ids of the chosen images.
        total: number of images in the list.
        masks: whether they have masks.
        classes, palette: of the data set.
    """

    def __init__(self, network: Network, count: int) -> None:
        self.masks = has_masks(network.cfg.test_dataloader.dataset)
        self._dataset = _images(network.cfg, self.masks)
        self.total = len(self._dataset)
        self.classes = list(self._dataset.metainfo['classes'])
        self.palette = self._dataset.metainfo['palette']
        step = max(self.total // max(CANDIDATES, count), 1)
        classes = {index: self._classes(index)
                   for index in range(0, self.total, step)}
        self._infos = [self._dataset.get_data_info(index) for index in choose_images(classes, count)]
        self.names = [info['img_id'] for info in self._infos]

    def images(self) -> Panels:
        """The images as they are."""
        return [image_uri(shrink(self._rgb(info), LONGEST)) for info in self._infos]

    def labels(self, output: Output | None = None) -> Panels:
        """The masks in colours, or a stage's label maps; `None` where a map is missing."""
        panels: Panels = []
        for info in self._infos:
            path = output.path / f"{info['img_id']}{output.suffix}" if output else None
            if path is not None and not path.is_file():
                panels.append(None)
                continue
            changed = dict(seg_map_path=str(path)) if path is not None else {}
            loaded = self._load(dict(info, **changed))
            panels.append(self._colours((loaded if self.masks else LoadMask()(loaded))['gt_seg_map']))
        return panels

    def cams(self, output: Output) -> Panels:
        """The largest map of each CAM file over its image; `None` where a file is missing."""
        panels: Panels = []
        for info, name in zip(self._infos, self.names, strict=True):
            path = output.path / f'{name}{output.suffix}'
            if not path.is_file():
                panels.append(None)
                continue
            cam = read_cam(path).cam
            heat = cam.max(axis=0) if len(cam) else np.zeros((1, 1))
            panels.append(image_uri(heat_overlay(shrink(self._rgb(info), LONGEST), heat)))
        return panels

    def predictions(self, cfg: Config, checkpoint: str) -> dict[str, Panels]:
        """What a network shows of the images when it does not know their labels: title -> panels."""
        inferencer = WSSSInferencer(cfg, checkpoint, show_progress=False)
        panels: dict[str, Panels] = {}
        for place, info in enumerate(self._infos):
            sample = inferencer(info['img_path'], return_datasamples=True)['predictions'][0]
            for title, panel in inferencer.panels(self._rgb(info), sample).items():
                versions = panels.setdefault(title, [None] * len(self._infos))
                versions[place] = image_uri(shrink(panel, LONGEST), 'png')
        return panels

    def _classes(self, index: int) -> list[int]:
        """The classes of an image: those in its mask, or without masks its image-level labels."""
        if self.masks:
            return _classes_in(self._dataset[index]['gt_seg_map'], len(self.classes))
        return [int(key) + 1 for key in np.flatnonzero(self._dataset.get_data_info(index).get('gt_score', ()))]

    def _load(self, info: Mapping[str, Any]) -> dict[str, Any]:
        return self._dataset.pipeline(dict(info, seg_fields=[]))

    def _rgb(self, info: Mapping[str, Any]) -> np.ndarray:
        return np.ascontiguousarray(self._load(info)['img'][..., ::-1])

    def _colours(self, labels: np.ndarray) -> str:
        return image_uri(paint_labels(shrink(labels.astype(np.uint8), LONGEST, smooth=False), self.palette), 'png')


def choose_images(classes: Mapping[int, Sequence[int]], count: int) -> list[int]:
    """Choose images whose classes alternate: each next image has the class that was shown least.

    Args:
        classes: index of an image -> its classes.
        count: of images, at most.

    Returns:
        Indices, in the order in which they were chosen. Images without a class come last.
    """
    left = dict(classes)
    shown: dict[int, int] = {}
    chosen: list[int] = []
    while left and len(chosen) < count:
        index = min(left, key=lambda place: (min((shown.get(key, 0) for key in left[place]), default=float('inf')),
                                             place))
        for key in left.pop(index):
            shown[key] = shown.get(key, 0) + 1
        chosen.append(index)
    return chosen


def _classes_in(mask: np.ndarray, count: int) -> list[int]:
    """The classes in a mask, without the background and void."""
    return [int(value) for value in np.unique(mask) if 0 < value < count]


def _images(cfg: Config, masks: bool) -> ImageLabelDataset:
    """The images that a network is tested on, without CAMs, with their masks if there are any."""
    short = Config(dict(default_scope=cfg.get('default_scope'), test_dataloader=cfg.test_dataloader.to_dict()))
    short.test_dataloader.dataset.update(cam_dir=None, pipeline=[
        dict(type='LoadImage'), *([dict(type='LoadMask')] if masks else [])])
    return build_datasets(short, ('test', ))['test']
