"""Prepare VOC 2012: make lists, image-level labels and masks from archives or unpacked files."""
from collections.abc import Iterable, Sequence
from pathlib import Path

from voc_layout import (
    ANNOTATIONS,
    CLASSES,
    IMAGES,
    LABELS,
    LISTS,
    MASKS,
    read_labels,
    read_list,
    write_labels,
    write_list,
)

from mmwsss.utils.errors import InputError, first_names
from mmwsss.utils.xml_file import read_xml

from .archives import unpack_archives
from .published import COUNTS, SBD_SOURCE, VOC_SOURCE, warn
from .sbd import SBD, find_sbd, merge_masks, read_sbd_ids, unpacked_sbd


def prepare(root: Path, archives: Path | None, workers: int) -> None:
    """Unpack, merge, write lists and labels; existing files are kept.

    Args:
        root: DATA_ROOT.
        archives: download folder; `None` if the files are already unpacked.
        workers: processes.

    Raises:
        InputError: something is missing or damaged; the message says where to get it.
    """
    if archives is not None:
        unpack_archives(archives, root)
    require_voc(root)
    train, val = (read_list(root / LISTS / f'{name}.txt') for name in ('train', 'val'))
    sbd = find_sbd([root / SBD, *(unpacked_sbd(archives) if archives is not None else ())])
    sbd_ids = read_sbd_ids(sbd) if sbd is not None else []
    if sbd is not None:
        train_aug = write_train_aug(root, sorted({*sbd_ids, *train} - set(val)))
    elif (root / LISTS / 'train_aug.txt').is_file():
        train_aug = read_list(root / LISTS / 'train_aug.txt')
    else:
        train_aug = train
        warn(f'SBD was not found, so {LISTS / "train_aug.txt"} is not written. Download {SBD_SOURCE} and pass its '
             'folder with --archives. Until then, you can only train on the list train.')
    lists = {'train': train, 'train_aug': train_aug, 'val': val}
    images = {path.stem for path in (root / IMAGES).glob('*.jpg')}
    for name, ids in lists.items():
        if len(ids) != COUNTS[name] and not (name == 'train_aug' and train_aug is train):
            warn(f'{name} has {len(ids)} images, but the list of VOC 2012 has {COUNTS[name]}.')
        absent = sorted(set(ids) - images)
        if absent:
            warn(f'{len(absent)} of {len(ids)} images in {name} are missing in {root / IMAGES}, e.g. '
                 f'{first_names(absent)}.')
    write_image_labels(root, [*train, *train_aug, *val])
    if sbd is not None:
        merge_masks(root, sbd, set(sbd_ids) & images, [*train, *val], workers)
    print(f'{root} is ready: train {len(train)}, train_aug '
          f'{"not written" if train_aug is train else len(train_aug)}, val {len(val)} images.')


def require_voc(root: Path) -> None:
    """Check that the parts of VOC 2012 exist.

    Raises:
        InputError: parts are missing; the message names them and where to get them.
    """
    lists = [LISTS / 'train.txt', LISTS / 'val.txt']
    absent = [f'{name}/' for name in (IMAGES, MASKS, ANNOTATIONS) if not (root / name).is_dir()]
    absent += [str(name) for name in lists if not (root / name).is_file()]
    if absent:
        raise InputError(f'{root} lacks {", ".join(absent)}. Download {VOC_SOURCE} and pass its folder with '
                         '--archives.')


def write_train_aug(root: Path, ids: Sequence[str]) -> list[str]:
    """Write train_aug.txt, unless it exists with the same or other ids; return the valid ids."""
    path = root / LISTS / 'train_aug.txt'
    if path.is_file():
        existing = read_list(path)
        if set(existing) == set(ids):
            return existing
        if set(existing) - set(ids):
            warn(f'{path} lists {len(set(existing) - set(ids))} images that are neither in SBD nor in VOC\'s train '
                 f'here; it is kept. Delete it to write it again ({len(ids)} images).')
            return existing
    write_list(path, ids)
    print(f'{path.relative_to(root)}: {len(ids)} images')
    return list(ids)


def write_image_labels(root: Path, ids: Iterable[str]) -> None:
    """Write the image-level labels of images from their annotations."""
    labels, absent = {}, []
    for name in sorted(set(ids)):
        path = root / ANNOTATIONS / f'{name}.xml'
        if path.is_file():
            labels[name] = read_annotation(path)
        else:
            absent.append(name)
    if absent:
        warn(f'{len(absent)} images have no annotation in {root / ANNOTATIONS}, e.g. {first_names(absent)}, so they '
             'get no labels.')
    empty = [name for name, classes in labels.items() if not classes]
    if empty:
        warn(f'{len(empty)} annotations contain no object, e.g. {first_names(empty)}.')
    path = root / LABELS
    if path.is_file() and read_labels(path) == labels:
        print(f'{LABELS}: labels of {len(labels)} images, existed already')
        return
    write_labels(path, labels)
    print(f'{LABELS}: labels of {len(labels)} images')


def read_annotation(path: Path) -> list[str]:
    """The classes of all objects in a VOC annotation, including difficult ones, in VOC's order.

    Raises:
        InputError: the file is not XML, or an object is not of a VOC class.
    """
    root = read_xml(path, f'Unpack {VOC_SOURCE} again.')
    names = {node.findtext('name', '').strip() for node in root.iter('object')}
    strange = sorted(names - set(CLASSES[1:]))
    if strange:
        raise InputError(f'The annotation {path} has objects that are not classes of VOC: {first_names(strange)}.')
    return [name for name in CLASSES if name in names]
