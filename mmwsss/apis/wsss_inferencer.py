"""Results for single images and folders, of any classifier, refiner or segmentor."""
import itertools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.device import get_device
from mmengine.infer import BaseInferencer
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS, MODELS, VISUALIZERS
from mmseg.structures import SegDataSample
from torch import nn

from mmwsss.datasets.transforms.load_image import read_whole
from mmwsss.engine.checkpoints import read_checkpoint, require_fit
from mmwsss.engine.classes import classes_of, require_heads
from mmwsss.engine.config import read_config, require_parts
from mmwsss.engine.training_scale import training_scale
from mmwsss.models.shown import Shown, ShownLabels
from mmwsss.utils.errors import InputError
from mmwsss.utils.image_file import write_image
from mmwsss.utils.image_ids import file_of_id
from mmwsss.utils.output import require_folder
from mmwsss.utils.palette_png import class_palette
from mmwsss.utils.progress import track
from mmwsss.visualization.panels import shrink

from .checks import checked_size, require_device
from .inputs import InputImage, Inputs, find_images
from .items import REMEDY, ItemMaker
from .known import find_cams, labels_of
from .samples import batches_of_equal_size, drawn_sample, enlarge, rule_out

DRAWN = 1024  # long side of overlays: drawing 12 million pixels takes a minute and gigabytes
NUMBERS = itertools.count()  # MMEngine keeps visualizers by name
LARGE = 2 ** 26  # class scores of an image above which a segmentor's are not resized to full size at once: 256 MB


class WSSSInferencer(BaseInferencer):
    """MMEngine's inferencer for the networks of this project, and for any segmentor of MMSeg.

    The model decides what an image gets, by its attribute `shown` (see :mod:`mmwsss.models.shown`):

    - a classifier: probabilities, CAMs, and their segmentation;
    - a refiner: what its network finds, e.g. boundaries, and the segmentation of CAMs that you pass;
    - a segmentor: its segmentation.

    Args:
        model: path of a config, or the config, also as a dictionary.
        weights: path of a checkpoint; it must fit the model exactly. Default: `load_from` of the config.
        device: default: a GPU if there is one.
        show_progress: a bar over the images.
        max_size: long side, pixels, to which larger images are shrunk for the network; results have the full size all
            the same. `'auto'`: the largest that the network was trained for (:func:`training_scale`), where the config
            tells it; `None`: no limit.

    Attributes:
        max_size: the limit, or `None`.

    Raises:
        InputError: config or checkpoint are missing or do not belong together, the device cannot be used, or the
            classes are unknown.

    Example:
        >>> inferencer = WSSSInferencer('configs/vwe_hspp_r50_voc.py', 'epoch_6.pth')
        >>> result = inferencer('cat.jpg', labels=['cat'])['predictions'][0]
        >>> result['sem_seg'].shape, result['cam_keys']
    """

    preprocess_kwargs = {'labels', 'cams'}
    forward_kwargs: set[str] = set()
    visualize_kwargs = {'show', 'wait_time'}
    postprocess_kwargs = {'out_dir'}

    def __init__(self, model: str | Path | Config | dict, weights: str | Path | None = None,
                 device: str | None = None, show_progress: bool = True, max_size: int | str | None = 'auto') -> None:
        if isinstance(model, dict):
            model = Config(model)
        cfg = model if isinstance(model, Config) else read_config(str(model))
        require_parts(cfg, 'model', 'test_dataloader')
        self.max_size = checked_size(training_scale(cfg) if max_size == 'auto' else max_size)
        weights = weights or cfg.get('load_from')
        if not weights:
            raise InputError('There are no weights: the config has no load_from. Pass the path of a .pth file.')
        device = device or get_device()
        require_device(device)
        scope = cfg.get('default_scope') or 'mmseg'
        init_default_scope(scope)
        super().__init__(cfg, str(weights), device, scope, show_progress)

    @property
    def image_classes(self) -> list[str]:
        """The classes that an image can hold: all but the background."""
        return list(self.dataset_meta['classes'][1:])

    def __call__(self,
                 inputs: Inputs,
                 return_datasamples: bool = False,
                 batch_size: int = 1,
                 labels: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
                 cams: str | Path | None = None,
                 out_dir: str | Path = '',
                 return_vis: bool = False,
                 show: bool = False,
                 wait_time: float = 0) -> dict[str, list]:
        """Work on images, one batch after the other.

        Args:
            inputs: files, folders, arrays `(H, W, 3)` uint8 BGR, Pillow images, or several of these, see
                :func:`find_images`.
            return_datasamples: return what the model predicts as it is.
            batch_size: at most so many images go through the network together; they are neighbours that have equal
                sizes behind the pipeline.
            labels: image classes in the images, for all of them or by their names (`{'cat1': ['cat']}`). A classifier
                keeps the CAMs of these (without labels, of the probable ones), a refiner walks these, and a segmentor
                predicts only these.
            cams: folder of CAM files for a refiner, `<name>.npz` or `.npy`.
            out_dir: write `pred/<name>.png` (palette PNGs with the data set's own ids), `vis/<name>.png` (overlays),
                `cams/<name>.npz`, `boundary/<name>.png` (0 to 255), or what else the model shows.
            return_vis: also return the overlays.
            show: each overlay in a window.
            wait_time: seconds that it stays; 0 waits for a key.

        Returns:
            `predictions`: a dictionary for each image, with `name`, `sem_seg` `(H, W)` classes of the config, and
            if the model shows them `pred_score` `(L,)`, `cam` `(K, h, w)`, `cam_keys` `(K,)`, `boundary` `(h, w)` and
            `instances` `(H, W)`; paths instead of arrays if `out_dir` is given; or data samples. `visualization`:
            overlays `(H, W, 3)` uint8 RGB.

        Raises:
            InputError: see :func:`find_images`; an unknown label; `batch_size` is below 1; an image or CAM file is
                missing or damaged; `out_dir` cannot be written. Files that were written before stay.
        """
        images = find_images(inputs)
        for name, value in (('cams', cams), ('out_dir', out_dir)):
            if not isinstance(value, str | os.PathLike | None):
                raise InputError(f'{name} is a {type(value).__name__}. Pass the path of a folder.')
        labels = labels_of(images, labels, self.image_classes)
        for entry in images:
            if entry.path:
                read_whole(entry.path, remedy=REMEDY)  # cheap beside the network, which may run for hours
        if out_dir:
            require_folder(out_dir)
        if cams is not None and 'cams' not in self._takes:
            raise InputError(f'CAM files are for refiners; a {type(self.model).__name__} takes none. Omit them.')
        found = None if cams is None else find_cams(images, cams)
        batches = self.preprocess(images, batch_size, labels, found)
        results: dict[str, list] = dict(predictions=[], visualization=[])
        samples = (sample for batch in batches for sample in self.forward(batch))
        rows = zip(images, samples, strict=True)
        for entry, sample in track(rows, 'images', len(images), disable=not self.show_progress):
            drawn = None
            if out_dir or return_vis or show:
                drawn = self.visualize([entry], [sample], show, wait_time)[0]
            results['predictions'].append(self.postprocess([sample], drawn, return_datasamples, out_dir, entry))
            if return_vis:
                results['visualization'].append(drawn)
        return results

    def preprocess(self, inputs: Sequence[InputImage], batch_size: int = 1,
                   labels: Mapping[str, Sequence[str]] | None = None,
                   cams: Mapping[str, str] | None = None) -> Iterator[dict]:
        """Make batches of images as the model takes them.

        Args:
            inputs: the images.
            batch_size: the most in a batch, at least 1.
            labels: name of an image -> image classes that it holds; `None` if unknown.
            cams: name of an image -> path of its CAM file; `None` for none.

        Returns:
            An iterator over `inputs`, a list of `(3, H, W)` of one size, and `data_samples`.

        Raises:
            InputError: `batch_size` is below 1; while iterating, an image or CAM file is missing or damaged, or they
                do not belong together.
        """
        if not isinstance(batch_size, int) or batch_size < 1:
            raise InputError(f'batch_size must be a number, at least 1, got {batch_size!r}.')
        items = (self.pipeline(entry, None if labels is None else labels[entry.name],
                            None if cams is None else cams[entry.name]) for entry in inputs)
        return map(self.collate_fn, batches_of_equal_size(items, batch_size))

    @torch.no_grad()
    def forward(self, inputs: dict) -> list[SegDataSample]:
        """Predict a batch; see the class for what labels do."""
        known = 'allowed' in inputs['data_samples'][0]
        with self._labels_known(known):
            samples = self.model.test_step(inputs)
        for sample in samples:
            allowed = [0, *(key + 1 for key in sample.allowed)] if known and not self._takes else None
            if 'full_shape' in sample:
                enlarge(sample, allowed)
            elif allowed is not None:
                rule_out(sample, allowed)
        return samples

    def visualize(self, inputs: Sequence[InputImage], preds: Sequence[SegDataSample], show: bool = False,
                  wait_time: float = 0) -> list[np.ndarray]:
        """Draw segmentation and CAMs, or what else the model shows, over images.

        Args:
            inputs: the images.
            preds: the sample of each.
            show: each overlay in a window.
            wait_time: seconds that it stays; 0 waits for a key.

        Returns:
            An overlay `(H, W, 3)` uint8 RGB for each image; those of large images are shrunk to a long side of `DRAWN`.
        """
        drawn = []
        for entry, sample in zip(inputs, preds, strict=True):
            image = shrink(np.ascontiguousarray(self.pipeline.load(entry)['img'][..., ::-1]), DRAWN)
            if 'pred_sem_seg' in sample:
                self.visualizer.add_datasample(entry.name, image, drawn_sample(sample, image.shape[:2]), draw_gt=False)
                image = self.visualizer.get_image()
            else:
                for item in self._shown(sample)[:1]:
                    image = item.overlay(image, sample, self.dataset_meta)
            if show:
                self.visualizer.show(image, win_name=entry.name, wait_time=wait_time)
            drawn.append(image)
        return drawn

    def panels(self, image: np.ndarray, sample: SegDataSample) -> dict[str, np.ndarray]:
        """Draw each thing that the model shows of an image, e.g. for a report.

        Args:
            image: `(H, W, 3)` uint8 RGB.
            sample: what the model predicted for it.

        Returns:
            By title (`'prediction'`, `'CAM'`, `'boundary'`, ...), drawings `(H, W, 3)` uint8 RGB.
        """
        return {item.title: item.panel(image, sample, self.dataset_meta) for item in self._shown(sample)}

    def postprocess(self, preds: Sequence[SegDataSample], visualization: np.ndarray | None = None,
                    return_datasample: bool = False, out_dir: str | Path = '',
                    entry: InputImage | None = None) -> SegDataSample | dict[str, Any]:
        """Write an image's results if `out_dir` is set, and return them.

        Args:
            preds: its sample, as a list of one.
            visualization: its overlay `(H, W, 3)` uint8 RGB, which is written, too.
            return_datasample: return the sample as it is.
            out_dir: of the files, see :meth:`__call__`; empty for none.
            entry: the image, whose name the results get; without it, they are named after the sample's file.

        Returns:
            The sample, or the image's entry of `predictions`, see :meth:`__call__`.
        """
        sample = preds[0]
        name = Path(sample.get('img_path') or 'image').stem if entry is None else entry.name
        written = dict(name=name)
        if out_dir:
            for item in self._shown(sample):
                written[item.name] = str(file_of_id(Path(out_dir, item.folder), name, item.suffix))
                item.write(written[item.name], sample, self.dataset_meta)
            if visualization is not None:
                written['visualization'] = str(file_of_id(Path(out_dir, 'vis'), name, '.png'))
                write_image(written['visualization'], visualization)
        if return_datasample:
            return sample
        if out_dir:
            return written
        arrays: dict[str, Any] = dict(name=name)
        for item in self._shown(sample, drawn=False):
            arrays.update(item.arrays(sample))
        return arrays

    @property
    def _takes(self) -> Sequence[str]:
        """What the model uses besides images: `'labels'` or `'cams'`."""
        return getattr(self.model, 'takes', ())

    def _shown(self, sample: SegDataSample, drawn: bool = True) -> list[Shown]:
        """What the model shows of a sample; with `drawn`, only what has panels and files."""
        return [item for item in getattr(self.model, 'shown', (ShownLabels(), ))
                if item.field in sample and (item.title or not drawn)]

    @contextmanager
    def _labels_known(self, known: bool) -> Iterator[None]:
        """Tell a model that takes labels whether they are known, and leave it as it was."""
        if 'labels' not in self._takes:
            yield
            return
        before = self.model.test_cfg['labels']
        self.model.test_cfg['labels'] = 'gt' if known else 'pred'
        try:
            yield
        finally:
            self.model.test_cfg['labels'] = before

    def _init_model(self, cfg: Config, weights: str, device: str = 'cpu') -> nn.Module:
        """Build the model with these weights and no others."""
        checkpoint = read_checkpoint(weights)
        model = MODELS.build(cfg.model)
        require_fit(model, checkpoint, weights)
        self.dataset_meta = self._dataset_meta(cfg, checkpoint, getattr(model, 'knows_classes', True))
        return model.to(device).eval()

    def _init_pipeline(self, cfg: Config) -> ItemMaker:
        """What makes a batch's items of images; refiners and classifiers enlarge their results themselves."""
        return ItemMaker(cfg.test_dataloader.dataset.pipeline, self.max_size, self.image_classes,
                         None if self._takes else LARGE)

    def _init_collate(self, cfg: Config) -> Callable[[list], dict]:
        """Lists of images and samples, as the models' preprocessors take them."""
        return pseudo_collate

    def _init_visualizer(self, cfg: Config) -> Any:
        visualizer = VISUALIZERS.build(dict(type='CAMLocalVisualizer', name=f'inferencer {next(NUMBERS)}', alpha=0.5))
        visualizer.dataset_meta = self.dataset_meta
        return visualizer

    def _dataset_meta(self, cfg: Config, checkpoint: dict, knows_classes: bool) -> dict[str, Any]:
        """Classes, palette and ids of masks: those of the training, else (or for a refiner) those of the config.

        Raises:
            InputError: none names classes, or a head has another number of them.
        """
        meta = (checkpoint.get('meta') or {}).get('dataset_meta') or {}
        if not meta.get('classes') or (not knows_classes and classes_of(cfg, 'test')):
            meta = DATASETS.build(dict(cfg.test_dataloader.dataset, lazy_init=True)).metainfo
        if not meta.get('classes'):
            raise InputError('Neither the checkpoint nor the config names the classes. Set metainfo=dict(classes='
                             '(...)) in test_dataloader.dataset of the config.')
        require_heads(cfg.model, meta['classes'], str(cfg.filename or 'the config'))
        return dict(meta, palette=meta.get('palette') or class_palette(len(meta['classes'])))
