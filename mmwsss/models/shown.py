"""What a model shows of an image: the results, files and drawings that inference makes of its data samples.

A model lists them in its attribute `shown`; a segmentor without it shows its segmentation. Its attribute `takes` names
what it uses besides images: `'labels'` (then `test_cfg['labels']` is `'gt'` or `'pred'`) or `'cams'`.
"""
from abc import ABC, abstractmethod
from typing import Any

import cv2
import numpy as np
from mmseg.structures import SegDataSample

from mmwsss.datasets.label_ids import write_labels
from mmwsss.pseudo_labels import write_cam
from mmwsss.utils.image_file import write_image
from mmwsss.utils.palette_png import voc_palette, write_palette_png
from mmwsss.visualization.panels import heat_overlay, paint_labels


class Shown(ABC):
    """One kind of result.

    Attributes:
        field: of the data sample; a sample without it does not have this result.
        name: key of the result.
        title: of its panel; empty if it has no panel and no file.
        folder: of its files `<folder>/<image>.<suffix>`, with a panel.
        suffix: of its files.
    """

    field = name = title = folder = ''
    suffix = '.png'

    @abstractmethod
    def arrays(self, sample: SegDataSample) -> dict[str, np.ndarray]:
        """Return the result under `name`, and what belongs to it under other names."""

    def write(self, path: str, sample: SegDataSample, meta: dict[str, Any]) -> None:
        """Write the file of a sample; `meta` has `classes`, `palette` and perhaps `label_map` of the data set."""
        raise NotImplementedError

    def panel(self, image: np.ndarray, sample: SegDataSample, meta: dict[str, Any]) -> np.ndarray:
        """Draw the result.

        Args:
            image: `(H, W, 3)` uint8 RGB.
            sample: with the result.
            meta: see :meth:`write`.

        Returns:
            `(H, W, 3)` uint8 RGB, of the size of the image.
        """
        raise NotImplementedError

    def overlay(self, image: np.ndarray, sample: SegDataSample, meta: dict[str, Any]) -> np.ndarray:
        """Draw the result over the image where nothing else is drawn; see :meth:`panel`."""
        return self.panel(image, sample, meta)


class ShownLabels(Shown):
    """`pred_sem_seg`: a palette PNG with the data set's own ids."""

    field, name, title, folder = 'pred_sem_seg', 'sem_seg', 'prediction', 'pred'

    def arrays(self, sample: SegDataSample) -> dict[str, np.ndarray]:
        """Return the classes `(H, W)`."""
        return {self.name: sample.pred_sem_seg.data[0].cpu().numpy()}

    def write(self, path: str, sample: SegDataSample, meta: dict[str, Any]) -> None:
        """Write a palette PNG."""
        write_labels(path, self.arrays(sample)[self.name], meta)

    def panel(self, image: np.ndarray, sample: SegDataSample, meta: dict[str, Any]) -> np.ndarray:
        """Draw the classes in the data set's palette, or in VOC's."""
        labels = self.arrays(sample)[self.name].astype(np.uint8)
        return _sized(paint_labels(labels, meta.get('palette') or voc_palette().tolist()), image)


class ShownCAM(Shown):
    """`cam` and `cam_keys`: a CAM file."""

    field, name, title, folder, suffix = 'cam', 'cam', 'CAM', 'cams', '.npz'

    def arrays(self, sample: SegDataSample) -> dict[str, np.ndarray]:
        """Return `cam` `(K, h, w)` and `cam_keys` `(K,)`."""
        return dict(cam=sample.cam.data.cpu().numpy(), cam_keys=sample.cam_keys.cpu().numpy())

    def write(self, path: str, sample: SegDataSample, meta: dict[str, Any]) -> None:
        """Write a CAM file."""
        write_cam(path, sample.cam.data.cpu().numpy(), sample.cam_keys.cpu().numpy(), sample.ori_shape[:2],
                  meta['classes'][1:])

    def panel(self, image: np.ndarray, sample: SegDataSample, meta: dict[str, Any]) -> np.ndarray:
        """Draw the largest of all classes as heat over the image."""
        cam = self.arrays(sample)['cam']
        return heat_overlay(image, cam.max(axis=0) if len(cam) else np.zeros((1, 1)))


class ShownScores(Shown):
    """`pred_score`: probabilities of the image classes, without file and panel."""

    field = name = 'pred_score'

    def arrays(self, sample: SegDataSample) -> dict[str, np.ndarray]:
        """Return the probabilities `(L,)`."""
        return {self.name: sample.pred_score.cpu().numpy()}


class ShownProbability(Shown):
    """A map of probabilities `(1, h, w)` in any field: a grey PNG, 0 to 255.

    Args:
        field: of the data sample; also names result and folder.
        title: of the panel.
    """

    def __init__(self, field: str, title: str) -> None:
        self.field = self.name = self.folder = field
        self.title = title

    def arrays(self, sample: SegDataSample) -> dict[str, np.ndarray]:
        """Return the probabilities `(h, w)`."""
        return {self.name: sample.get(self.field).data[0].cpu().numpy()}

    def write(self, path: str, sample: SegDataSample, meta: dict[str, Any]) -> None:
        """Write a grey PNG."""
        write_image(path, np.round(255 * self.arrays(sample)[self.name]).astype(np.uint8))

    def panel(self, image: np.ndarray, sample: SegDataSample, meta: dict[str, Any]) -> np.ndarray:
        """Draw probabilities dark on white."""
        grey = (255 * (1 - self.arrays(sample)[self.name])).astype(np.uint8)
        return np.repeat(cv2.resize(grey, image.shape[1::-1], interpolation=cv2.INTER_LINEAR)[..., None], 3, axis=2)

    def overlay(self, image: np.ndarray, sample: SegDataSample, meta: dict[str, Any]) -> np.ndarray:
        """Draw probabilities as heat over the image."""
        return heat_overlay(image, self.arrays(sample)[self.name])


class ShownInstances(Shown):
    """`pred_instances`: a palette PNG with the number of each object, the highest score first."""

    field, name, title, folder = 'pred_instances', 'instances', 'instances', 'instances'

    def arrays(self, sample: SegDataSample) -> dict[str, np.ndarray]:
        """Return `instances` `(H, W)`, numbers from 1, `instance_labels` `(M,)` image classes, `instance_scores`."""
        found = sample.pred_instances
        numbers = np.zeros(found.masks.shape[1:], dtype=np.uint8)
        for number, mask in enumerate(found.masks.cpu().numpy(), start=1):
            numbers[mask] = min(number, 255)
        return dict(instances=numbers, instance_labels=found.labels.cpu().numpy(),
                    instance_scores=found.scores.cpu().numpy())

    def write(self, path: str, sample: SegDataSample, meta: dict[str, Any]) -> None:
        """Write a palette PNG."""
        write_palette_png(path, self.arrays(sample)['instances'])

    def panel(self, image: np.ndarray, sample: SegDataSample, meta: dict[str, Any]) -> np.ndarray:
        """Draw each object in a colour of its own."""
        return _sized(paint_labels(self.arrays(sample)['instances'], voc_palette().tolist()), image)


def _sized(drawn: np.ndarray, image: np.ndarray) -> np.ndarray:
    """A drawing of labels in the size of the image."""
    return cv2.resize(drawn, image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
