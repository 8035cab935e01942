"""The images of a report, and what the stages made of them."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from torch import Tensor

from mmwsss.apis import WSSSInferencer
from mmwsss.apis.inputs import InputImage
from mmwsss.datasets import ImageLabelDataset, LoadMask
from mmwsss.engine.masks import has_masks
from mmwsss.engine.preflight import build_datasets
from mmwsss.evaluation.winner_histogram import winner_of
from mmwsss.models.shown import ShownLabels
from mmwsss.pseudo_labels import read_cam
from mmwsss.utils.errors import InputError
from mmwsss.visualization.explorer import PixelMap
from mmwsss.visualization.panels import heat_overlay, image_uri, paint_labels, shrink

from .network import Network
from .stage import Output

LONGEST = 240  # pixels of an image on the page
CANDIDATES = 60  # images whose classes are looked at, to show them all


@dataclass(frozen=True)
class Panel:
    """One version of an image.

    Attributes:
        uri: a drawing as a data URI; `None` to show nothing but the mask at a threshold.
        pixels: classes and scores of its pixels, not larger than the drawing; `None` for a drawing of anything else.
    """
    uri: str | None
    pixels: PixelMap | None = None


Panels = list[Panel | None]  # a version of each image; `None` where it is missing


class ReportImages:
    """Some images of a network's test list, chosen so that classes alternate.

    Args:
        network: whose test data set has the images, and masks if there are any.
        count: of images, at most.
        names: ids of the images to show instead.

    Raises:
        InputError: the list does not contain one of `names`.

    Attributes:
        names: ids of the chosen images.
        present: the segmentation classes in each of them, by its mask, or without masks by its image-level labels.
        total: number of images in the list.
        masks: whether they have masks.
        classes, palette: of the data set.
    """

    def __init__(self, network: Network, count: int, names: Sequence[str] = ()) -> None:
        self.masks = has_masks(network.cfg.test_dataloader.dataset)
        self._dataset = _images(network.cfg, self.masks)
        self.total = len(self._dataset)
        self.classes = list(self._dataset.metainfo['classes'])
        self.palette = self._dataset.metainfo['palette']
        if names:
            chosen = self._places(names)
            classes = {index: self._classes(index) for index in chosen}
        else:
            step = max(self.total // max(CANDIDATES, count), 1)
            classes = {index: self._classes(index) for index in range(0, self.total, step)}
            chosen = choose_images(classes, count)
        self._infos = [self._dataset.get_data_info(index) for index in chosen]
        self.names = [info['img_id'] for info in self._infos]
        self.present = [classes[index] for index in chosen]

    def images(self) -> Panels:
        """The images as they are."""
        return [Panel(image_uri(shrink(self._rgb(info), LONGEST))) for info in self._infos]

    def sizes(self) -> list[tuple[int, int]]:
        """Height and width of each image on the page."""
        shapes = (shrink(self._rgb(info), LONGEST).shape for info in self._infos)
        return [(height, width) for height, width, _ in shapes]

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
            labels = (loaded if self.masks else LoadMask()(loaded))['gt_seg_map'].astype(np.uint8)
            labels = shrink(labels, LONGEST, smooth=False)
            panels.append(Panel(image_uri(paint_labels(labels, self.palette), 'png'), PixelMap(labels)))
        return panels

    def cams(self, output: Output) -> Panels:
        """The largest map of each CAM file over its image; `None` where a file is missing."""
        panels: Panels = []
        for info, name in zip(self._infos, self.names, strict=True):
            path = output.path / f'{name}{output.suffix}'
            if not path.is_file():
                panels.append(None)
                continue
            content, image = read_cam(path), self._rgb(info)
            heat = content.cam.max(axis=0) if len(content.cam) else np.zeros((1, 1))
            score, label = winner_of(torch.from_numpy(content.cam), torch.from_numpy(content.keys), image.shape[:2])
            panels.append(Panel(image_uri(heat_overlay(shrink(image, LONGEST), heat)), _scored(score, label)))
        return panels

    def refined(self, cfg: Config, checkpoint: str, cams: Output) -> Panels:
        """The scores that a refiner makes of CAM files, without a drawing; `None` where a file is missing.

        Args:
            cfg: of the refiner.
            checkpoint: of the refiner.
            cams: the CAM files.
        """
        inferencer = WSSSInferencer(cfg, checkpoint, show_progress=False)
        panels: Panels = []
        for info, name in zip(self._infos, self.names, strict=True):
            path = cams.path / f'{name}{cams.suffix}'
            if not path.is_file():
                panels.append(None)
                continue
            batch = next(inferencer.preprocess([InputImage(name, info['img_path'])], cams={name: str(path)}))
            found = inferencer.forward(batch)[0].get('cam_winner')
            panels.append(None if found is None else Panel(None, _scored(found.score[0], found.label[0])))
        return panels

    def predictions(self, cfg: Config, checkpoint: str) -> dict[str, Panels]:
        """What a network shows of the images when it does not know their labels: title -> panels."""
        inferencer = WSSSInferencer(cfg, checkpoint, show_progress=False)
        panels: dict[str, Panels] = {}
        for place, info in enumerate(self._infos):
            sample = inferencer(info['img_path'], return_datasamples=True)['predictions'][0]
            for title, panel in inferencer.panels(self._rgb(info), sample).items():
                versions = panels.setdefault(title, [None] * len(self._infos))
                pixels = None
                if title == ShownLabels.title:
                    labels = sample.pred_sem_seg.data[0].cpu().numpy().astype(np.uint8)
                    pixels = PixelMap(shrink(labels, LONGEST, smooth=False))
                versions[place] = Panel(image_uri(shrink(panel, LONGEST), 'png'), pixels)
        return panels

    def _places(self, names: Sequence[str]) -> list[int]:
        """Indices of images by their ids."""
        places = {self._dataset.get_data_info(index)['img_id']: index for index in range(self.total)}
        unknown = [name for name in names if name not in places]
        if unknown:
            raise InputError(f'{", ".join(unknown)}: no such image among the {self.total} of the report, the test list '
                             'of the first network.')
        return [places[name] for name in names]

    def _classes(self, index: int) -> list[int]:
        """The classes of an image: those in its mask, or without masks its image-level labels."""
        if self.masks:
            return _classes_in(self._dataset[index]['gt_seg_map'], len(self.classes))
        return [int(key) + 1 for key in np.flatnonzero(self._dataset.get_data_info(index).get('gt_score', ()))]

    def _load(self, info: Mapping[str, Any]) -> dict[str, Any]:
        return self._dataset.pipeline(dict(info, seg_fields=[]))

    def _rgb(self, info: Mapping[str, Any]) -> np.ndarray:
        return np.ascontiguousarray(self._load(info)['img'][..., ::-1])


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


def _scored(score: Tensor, label: Tensor) -> PixelMap:
    """The strongest class `(H, W)` of each pixel and its score, reduced to single pixels."""
    return PixelMap(*(shrink(values, LONGEST, smooth=False) for values in (
        label.cpu().numpy().astype(np.uint8), score.float().cpu().numpy())))


def _images(cfg: Config, masks: bool) -> ImageLabelDataset:
    """The images that a network is tested on, without CAMs, with their masks if there are any."""
    steps = ('LoadImage', *(['LoadMask'] if masks else []))
    short = Config(dict(default_scope=cfg.get('default_scope'), test_dataloader=cfg.test_dataloader.to_dict()))
    short.test_dataloader.dataset.update(cam_dir=None, pipeline=[dict(type=step) for step in steps])
    return build_datasets(short, ('test', ))['test']
