"""Making label maps of a data set from scribbles, points or boxes in parallel processes."""
import inspect
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import numpy as np
import torch

from mmwsss.datasets import ImageLabelDataset
from mmwsss.datasets.label_ids import ClassIds, class_ids
from mmwsss.datasets.strokes import (
    coco_boxes_of,
    points_of,
    read_coco_boxes,
    read_points,
    read_scribbles,
    read_stroke_png,
    read_voc_boxes,
)
from mmwsss.datasets.transforms.load_image import read_image
from mmwsss.models.local_refinements import LocalRefinement
from mmwsss.pseudo_labels.strokes import UNLABELLED, Box, cut_boxes, draw_strokes, fill_boxes, keep_agreed
from mmwsss.utils.errors import InputError, first_names
from mmwsss.utils.palette_png import write_palette_png

from .image_jobs import run_jobs
from .ir_labels import Summary


class Annotations(NamedTuple):
    """What there is for each image, and how it becomes a label map.

    Attributes:
        find: id of an image -> what :attr:`draw` reads, or `None`.
        draw: what was found, the image `(H, W, 3)` uint8 RGB -> `(H, W)` uint8 label map; it can be sent to processes.
    """
    find: Callable[[str], Any]
    draw: Callable[[Any, np.ndarray], np.ndarray]


def scribbles(sources: Sequence[Path], ids: ClassIds, width: int = 3) -> Annotations:
    """Scribbles in a folder of `<id>.xml` (ScribbleSup) or `<id>.png` (drawn before).

    Args:
        sources: the folder.
        ids: of the classes.
        width: of the lines that are drawn, in pixels.
    """
    folder = _single(sources, 'scribbles', 'a folder')
    if not folder.is_dir():
        raise InputError(f'{folder} is a file. scribbles are read from a folder of <id>.xml or <id>.png; give it.')
    return Annotations(partial(_file_of, folder, ('.xml', '.png')), partial(_draw_scribbles, ids=ids, width=width))


def points(sources: Sequence[Path], ids: ClassIds, width: int = 3) -> Annotations:
    """Points in JSON files of What's the Point.

    Args:
        sources: the files; their points add up.
        ids: of the classes.
        width: of the dots that are drawn, in pixels.
    """
    entries = read_points(sources)
    place = ', '.join(map(str, sources))

    def find(name: str) -> Any:
        key = _key_of(name, entries)
        return key and (f'{place}: {key}', entries[key])
    return Annotations(find, partial(_draw_points, ids=ids, width=width))


def boxes(sources: Sequence[Path], ids: ClassIds, method: str = 'grabcut',
          refinement: LocalRefinement | None = None) -> Annotations:
    """Boxes in a folder of `<id>.xml` (VOC) or in a JSON file (COCO).

    Args:
        sources: the folder or the file.
        ids: of the classes.
        method: one of :data:`METHODS`: `'grabcut'`, see :func:`cut_boxes`, or `'fill'`, see :func:`fill_boxes`.
        refinement: local refinement; pixels in boxes where it gives another label become unlabelled.
    """
    if method not in METHODS:
        raise InputError(f'method={method!r} is unknown. Known are {", ".join(METHODS)}.')
    place = _single(sources, 'boxes', 'a folder or a file')
    draw = partial(_draw_boxes, ids=ids, method=method, refinement=refinement)
    if place.is_dir():
        return Annotations(partial(_file_of, place, ('.xml', )), draw)
    entries = read_coco_boxes(place)

    def find(name: str) -> Any:
        key = _key_of(name, entries)
        return key and (f'{place}: {key}', entries[key])
    return Annotations(find, draw)


KINDS: dict[str, Callable[..., Annotations]] = dict(scribbles=scribbles, points=points, boxes=boxes)
METHODS: dict[str, Callable[[np.ndarray, Sequence[Box]], np.ndarray]] = dict(
    grabcut=cut_boxes, fill=lambda image, found: fill_boxes(found, image.shape[:2]))


def require_kind(kind: str, settings: Iterable[str]) -> None:
    """Check the kind of annotations and the names of its settings.

    Args:
        kind: a key of :data:`KINDS`.
        settings: names of arguments of its function.

    Raises:
        InputError: it is unknown, or has no such setting.
    """
    if kind not in KINDS:
        raise InputError(f'Annotations of the kind {kind!r} are unknown. Known are {", ".join(KINDS)}.')
    _, _, *known = inspect.signature(KINDS[kind]).parameters
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
        annotations: of one of :data:`KINDS`.
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


def _draw_scribbles(path: Path, image: np.ndarray, ids: ClassIds, width: int) -> np.ndarray:
    size = image.shape[:2]
    labels = (read_stroke_png(path, ids.numbers, size) if path.suffix == '.png' else
              draw_strokes(read_scribbles(path, ids.names, size), size, width))
    return _with_labels(labels, str(path))


def _draw_points(given: tuple[str, list], image: np.ndarray, ids: ClassIds, width: int) -> np.ndarray:
    what, entries = given
    size = image.shape[:2]
    return _with_labels(draw_strokes(points_of(entries, ids, size, what), size, width), what)


def _with_labels(labels: np.ndarray, what: str) -> np.ndarray:
    """Refuse a label map from which nothing can be learnt."""
    if (labels == UNLABELLED).all():
        raise InputError(f'{what} has no labelled pixel: it is empty, metainfo.classes lacks its classes, or strokes '
                         'of two classes cover each other. Remove the image from the list, or add its classes to '
                         'metainfo.classes.')
    return labels


def _draw_boxes(given: Path | tuple[str, Any], image: np.ndarray, ids: ClassIds, method: str,
                refinement: LocalRefinement | None) -> np.ndarray:
    size = image.shape[:2]
    found = (read_voc_boxes(given, ids.names, size) if isinstance(given, Path) else
             coco_boxes_of(given[1], ids.names, size, given[0]))
    labels = METHODS[method](image, found)
    if refinement is not None:
        labels = _confirmed(image, labels, found, refinement)
    return np.where(labels == 0, np.uint8(ids.background), labels)  # boxes draw it as 0


def _confirmed(image: np.ndarray, labels: np.ndarray, found: Sequence[Box], refinement: LocalRefinement) -> np.ndarray:
    """Labels that a local refinement confirms; unlabelled pixels take part in it as a class of their own."""
    values, compact = np.unique(labels, return_inverse=True)
    refined = refinement.refine_labels(torch.from_numpy(image.transpose(2, 0, 1).copy()),
                                       torch.from_numpy(compact.reshape(labels.shape)), len(values))
    return keep_agreed(labels, values[refined.numpy()], found)


def _single(sources: Sequence[Path], kind: str, what: str) -> Path:
    if len(sources) != 1:
        raise InputError(f'{kind} are read from {what}, got {len(sources)} paths: {first_names(sources)}. Give one.')
    if not sources[0].exists():
        raise InputError(f'{sources[0]} does not exist. {kind} are read from {what}; check the path.')
    return sources[0]


def _file_of(folder: Path, suffixes: Sequence[str], name: str) -> Path | None:
    """The file of an image, by its id or by the last part of it."""
    places = (folder / f'{one}{suffix}' for one in dict.fromkeys((name, PurePosixPath(name).name))
              for suffix in suffixes)
    return next((place for place in places if place.is_file()), None)


def _key_of(name: str, entries: Mapping[str, Any]) -> str | None:
    """The key of an image, its id or the last part of it."""
    return next((key for key in (name, PurePosixPath(name).name) if key in entries), None)
