"""Making label maps of a data set from scribbles, points or boxes in parallel processes."""
import inspect
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mmwsss.datasets import ImageLabelDataset
from mmwsss.datasets.label_ids import ClassIds, class_ids
from mmwsss.datasets.transforms.load_image import read_image
from mmwsss.pseudo_labels.strokes import UNLABELLED
from mmwsss.registry import ANNOTATIONS
from mmwsss.utils.errors import InputError, first_names
from mmwsss.utils.palette_png import write_palette_png

from .annotations import Annotations
from .image_jobs import run_jobs
from .label_summary import Summary


def require_kind(kind: str, settings: Iterable[str]) -> None:
    """Check the kind of annotations and the names of its settings.

    Args:
        kind: the name of a function in `ANNOTATIONS`.
        settings: names of arguments of its function.

    Raises:
        InputError: it is unknown, or has no such setting.
    """
    if kind not in ANNOTATIONS.module_dict:
        raise InputError(f'Annotations of the kind {kind!r} are unknown. Known are '
                         f'{", ".join(ANNOTATIONS.module_dict)}.')
    _, _, *known = inspect.signature(ANNOTATIONS.module_dict[kind]).parameters
    strangers = sorted(set(settings) - set(known))
    if strangers:
        raise InputError(f'{kind} have no setting {", ".join(strangers)}. They have {", ".join(known)}.')


def ids_of(dataset: ImageLabelDataset) -> ClassIds:
    """How annotations may call the classes of a data set, including those that the config does not use."""
    return class_ids(dataset.metainfo, dataset.METAINFO.get('classes', ()), dataset.class_aliases)


@dataclass(frozen=True)
class Job:
    """One image's files.

    Attributes:
        img_path: the image file.
        given: what :attr:`Annotations.draw` reads.
        out: the label file to write.
        draw: see :class:`Annotations`.
        backend_args: of the image's file backend.
        background: its id in mask files.
    """
    img_path: str
    given: Any
    out: Path
    draw: Callable[[Any, np.ndarray], np.ndarray]
    backend_args: dict | None = None
    background: int = 0


def jobs_of(dataset: ImageLabelDataset, out: Path, annotations: Annotations, source: str) -> list[Job]:
    """List the images of a data set with their annotations.

    Args:
        dataset: with the images.
        out: folder of the labels, `<img_id>.png`.
        annotations: made by a function in `ANNOTATIONS`.
        source: where they are, for messages.

    Returns:
        One job per image, in the order of the data set.

    Raises:
        InputError: images have no annotation, or two have the same one, found by the last part of their ids.
    """
    infos = [dataset.get_data_info(index) for index in range(len(dataset))]
    given = [annotations.find(info['img_id']) for info in infos]
    without = [info['img_id'] for info, found in zip(infos, given, strict=True) if found is None]
    if without:
        raise InputError(f'{source} has nothing for {len(without)} of {len(infos)} images, e.g. '
                         f'{first_names(without)}. Add their annotations, or remove them from the list.')
    image_of: dict[str, str] = {}
    for info, found in zip(infos, given, strict=True):
        place = str(found if isinstance(found, Path) else found[0])
        other = image_of.setdefault(place, info['img_id'])
        if other != info['img_id']:
            raise InputError(f'{place} would be the annotation of two images, {other} and {info["img_id"]}. Name '
                             'annotations by the paths of images below their folder.')
    background = ids_of(dataset).background
    return [Job(info['img_path'], found, out / f"{info['img_id']}.png", annotations.draw, dataset.backend_args,
                background) for info, found in zip(infos, given, strict=True)]


def label_image(job: Job) -> tuple[int, int, int]:
    """Write one image's label map.

    Returns:
        The numbers of all pixels, labelled pixels and labelled foreground pixels.

    Raises:
        InputError: the image or its annotation is damaged, or they do not match.
    """
    image = np.ascontiguousarray(read_image(job.img_path, job.backend_args)[..., ::-1])
    label = job.draw(job.given, image)
    write_palette_png(job.out, label)
    labelled = label != UNLABELLED
    return label.size, int(labelled.sum()), int((labelled & (label != job.background)).sum())


def make_stroke_labels(jobs: list[Job], workers: int | None = None) -> Summary:
    """Label images in parallel (in this process if `workers` is 1). An error or Ctrl-C stops all; finished files stay.

    Args:
        jobs: from :func:`jobs_of`; those whose file exists are done.
        workers: number of processes, at most one per job; `None` uses all cores.

    Raises:
        InputError: an image fails (see :func:`label_image`), a worker was killed, or `workers` is below 1.
    """
    start = time.time()
    sums = np.zeros(3, dtype=np.int64)
    left = [job for job in jobs if not job.out.is_file()]
    for counts in run_jobs('labels', label_image, left, workers, len(jobs)):
        sums += counts
    return Summary(len(left), time.time() - start, *sums.tolist())
