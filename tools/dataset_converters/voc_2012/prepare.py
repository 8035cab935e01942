"""Prepare VOC 2012: from archives or what is unpacked to lists, image-level labels and masks."""
from collections.abc import Sequence
from pathlib import Path

from converter_parts.messages import some, warn
from converter_parts.mmwsss_utils import InputError
from voc_layout.names import ANNOTATIONS, IMAGES, LISTS, MASKS
from voc_layout.split_list import read_list, write_list

from .annotations import write_image_labels
from .archives import unpack_archives
from .masks import merge_masks
from .published import COUNTS, SBD_SOURCE, VOC_SOURCE
from .sbd import SBD, find_sbd, read_sbd_ids, unpacked_sbd


def prepare(root: Path, archives: Path | None, workers: int) -> None:
    """Unpack, merge, write lists and labels; what is there already stays.

    Args:
        root: DATA_ROOT.
        archives: folder of the downloads; `None` where they are unpacked.
        workers: processes.

    Raises:
        InputError: something is missing or damaged, with its name and where to get it.
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
        warn(f'no SBD here, so {LISTS / "train_aug.txt"} is not written. It takes {SBD_SOURCE}: download it and name '
             'its folder with --archives. Until then only train can be trained on.')
    lists = {'train': train, 'train_aug': train_aug, 'val': val}
    images = {path.stem for path in (root / IMAGES).glob('*.jpg')}
    for name, ids in lists.items():
        if len(ids) != COUNTS[name] and not (name == 'train_aug' and train_aug is train):
            warn(f'{name} has {len(ids)} images; that of VOC 2012 has {COUNTS[name]}.')
        absent = sorted(set(ids) - images)
        if absent:
            warn(f'{len(absent)} of {len(ids)} images of {name} are missing in {root / IMAGES}, e.g. '
                 f'{some(absent)}.')
    write_image_labels(root, [*train, *train_aug, *val])
    if sbd is not None:
        merge_masks(root, sbd, set(sbd_ids) & images, [*train, *val], workers)
    print(f'{root} is ready: train {len(train)}, train_aug '
          f'{"not written" if train_aug is train else len(train_aug)}, val {len(val)} images.')


def require_voc(root: Path) -> None:
    """See that the parts of VOC 2012 are there.

    Raises:
        InputError: naming those that are not, and where they are published.
    """
    lists = [LISTS / 'train.txt', LISTS / 'val.txt']
    absent = [f'{name}/' for name in (IMAGES, MASKS, ANNOTATIONS) if not (root / name).is_dir()]
    absent += [str(name) for name in lists if not (root / name).is_file()]
    if absent:
        raise InputError(f'{root} lacks {", ".join(absent)}. They come with {VOC_SOURCE}: download it and name its '
                         'folder with --archives.')


def write_train_aug(root: Path, ids: Sequence[str]) -> list[str]:
    """Write train_aug.txt, unless an existing one is as good or names other images; the ids that hold."""
    path = root / LISTS / 'train_aug.txt'
    if path.is_file():
        existing = read_list(path)
        if set(existing) == set(ids):
            return existing
        if set(existing) - set(ids):
            warn(f'{path} names {len(set(existing) - set(ids))} images that are in neither SBD nor VOC\'s train '
                 f'here; it stays as it is. Remove it to have it written anew ({len(ids)} images).')
            return existing
    write_list(path, ids)
    print(f'{path.relative_to(root)}: {len(ids)} images')
    return list(ids)
