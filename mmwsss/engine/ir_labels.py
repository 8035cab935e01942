"""Making the IR labels of a data set from CAM files in parallel processes."""
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mmcv
import numpy as np
from mmengine.config import Config

from mmwsss.datasets import ImageLabelDataset
from mmwsss.datasets.label_ids import write_labels
from mmwsss.models.local_refinements import LocalRefinement
from mmwsss.pseudo_labels import cam_to_ir_label
from mmwsss.pseudo_labels.cam import scaled_size
from mmwsss.pseudo_labels.ir_label import IGNORE
from mmwsss.utils.errors import InputError
from mmwsss.utils.image_ids import file_of_id

from .image_jobs import run_jobs
from .image_with_cam import read_image_with_cam
from .label_summary import Summary

REFINEMENT = dict(type='DenseCRF')  # for the seeds, if the config sets no other


@dataclass(frozen=True)
class Job:
    """One image's files and settings.

    Attributes:
        img_path: the image file.
        cam_path: its CAM file.
        out: the label file to write.
        image_classes: the classes without background; a CAM file with other classes raises an error.
        meta: of the data set, for :func:`write_labels`.
        fg_thr, bg_thr: see :func:`cam_to_ir_label`.
        refinement: local refinement of the seeds.
        backend_args: of the image's file backend.
        max_size: long side at which seeds of larger images are refined; `None` for their own.
    """
    img_path: str
    cam_path: str
    out: Path
    image_classes: tuple[str, ...]
    meta: Mapping[str, Any]
    fg_thr: float
    bg_thr: float
    refinement: LocalRefinement
    backend_args: dict | None = None
    max_size: int | None = None


def refinement_settings(cfg: Config) -> dict:
    """Return the local refinement of the seeds, the config's `ir_label_refinement`, by default a DenseCRF.

    Settings without a type, e.g. `--cfg-options ir_label_refinement.steps=5`, apply to the DenseCRF.
    """
    return {**REFINEMENT, **(cfg.get('ir_label_refinement') or {})}


def jobs_of(dataset: ImageLabelDataset, out: Path, fg_thr: float, bg_thr: float,
            refinement: LocalRefinement, max_size: int | None = None) -> list[Job]:
    """List the images of a data set that have no label yet.

    Args:
        dataset: with `cam_dir`.
        out: folder of the labels, `<img_id>.png`.
        fg_thr, bg_thr: see :func:`cam_to_ir_label`.
        refinement: local refinement of the seeds.
        max_size: see :class:`Job`.

    Returns:
        One job per image, in the order of the data set.
    """
    meta, classes = dataset.metainfo, tuple(dataset.image_classes)
    infos = (dataset.get_data_info(index) for index in range(len(dataset)))
    jobs = [Job(info['img_path'], info['cam_path'], file_of_id(out, info['img_id'], '.png'), classes,
                meta, fg_thr, bg_thr, refinement, dataset.backend_args,
                max_size) for info in infos]
    return [job for job in jobs if not job.out.is_file()]


def label_image(job: Job) -> tuple[int, int, int]:
    """Write one image's IR label; see :func:`cam_to_ir_label`.

    Returns:
        The numbers of all pixels, certain pixels and certain foreground pixels.

    Raises:
        InputError: the image or its CAM is damaged, they do not match, a threshold is out of range, or the refinement
            cannot run.
    """
    image, cam, keys = read_image_with_cam(job.img_path, job.cam_path, job.image_classes, job.backend_args)
    full = image.shape[:2]
    image = _shrunk(image, job.max_size)
    try:
        label = cam_to_ir_label(image, cam, keys, job.fg_thr, job.bg_thr, job.refinement.refine_sets,
                                job.refinement.gt_prob)
    except InputError as error:
        raise InputError(f'{job.cam_path}: {error}') from error
    label = _enlarged(label, full)
    write_labels(job.out, label, job.meta)
    return label.size, int((label != IGNORE).sum()), int(((label != IGNORE) & (label != 0)).sum())


def max_size_of(cfg: Config) -> int | None:
    """Return the config's `ir_label_max_size`, at least 1; `None` without.

    Raises:
        InputError: it is something else.
    """
    size = cfg.get('ir_label_max_size')
    if size is not None and (not isinstance(size, int) or isinstance(size, bool) or size < 1):
        raise InputError(f'ir_label_max_size={size!r} must be a number of pixels, at least 1, or None.')
    return size


def _shrunk(image: np.ndarray, max_size: int | None) -> np.ndarray:
    """An image `(H, W, 3)` whose long side is at most `max_size`."""
    if max_size is None or max(image.shape[:2]) <= max_size:
        return image
    factor = max_size / max(image.shape[:2])
    return mmcv.imresize(image, (scaled_size(image.shape[:2], factor))[::-1], interpolation='bicubic', backend='pillow')


def _enlarged(label: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Labels `(h, w)` at a size `(H, W)`, each pixel from the nearest one."""
    if label.shape == size:
        return label
    rows, columns = ((np.arange(full) * small) // full for full, small in zip(size, label.shape, strict=True))
    return label[rows[:, None], columns]


def make_ir_labels(jobs: list[Job], workers: int | None = None, total: int | None = None) -> Summary:
    """Label images in parallel (in this process if `workers` is 1). An error or Ctrl-C stops all; finished files stay.

    Args:
        jobs: from :func:`jobs_of`.
        workers: number of processes, at most one per job; `None` uses all cores.
        total: number of images including finished ones, for the progress bar.

    Raises:
        InputError: an image fails (see :func:`label_image`), a worker was killed, or `workers` is below 1.
    """
    start = time.time()
    sums = np.zeros(3, dtype=np.int64)
    for counts in run_jobs('IR labels', label_image, jobs, workers, total):
        sums += counts
    return Summary(len(jobs), time.time() - start, *sums.tolist())
