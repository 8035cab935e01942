"""From a folder of images and their labels to configs that run."""
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmwsss.datasets.image_folder import ImageFolder
from mmwsss.datasets.image_labels import IMAGE_SUFFIXES
from mmwsss.datasets.label_forms import read_label_form
from mmwsss.datasets.own_images import check_classes, match_labels, read_sizes, require_match
from mmwsss.datasets.own_masks import check_masks
from mmwsss.engine.config import read_config
from mmwsss.engine.own_configs import OwnConfigs, OwnData, find_backbone
from mmwsss.engine.preflight import missing_packages
from mmwsss.utils.errors import InputError, first_names
from mmwsss.utils.walk import walk_files

from .new_folder import base_path, require_new_folder, write_new_folder
from .own_lists import lists_of, one_sided, parts_of


@dataclass(frozen=True)
class NewDataset:
    """What was found and written.

    Attributes:
        folder: of the configs.
        found: sentences on the data.
        reasons: sentences on what the configs set, and why.
        notes: what will work badly.
    """
    folder: Path
    found: list[str]
    reasons: list[str]
    notes: list[str]


def new_dataset(images: str | Path,
                labels: str | Path,
                out: str | Path,
                configs: str | Path,
                backbone: str,
                masks: str | Path | None = None,
                val_list: str | Path | None = None,
                name: str | None = None,
                classes: Sequence[str] = (),
                seed: int = 0,
                skip_bad: bool = False) -> NewDataset:
    """Check images and labels, and write a folder with lists, labels and configs.

    Args:
        images: their folder, also with folders below it.
        labels: in a form of :func:`read_label_form`.
        out: the folder to write; it must not exist.
        configs: the repository's folder of configs.
        backbone: name or abbreviation, see :func:`find_backbone`.
        masks: folder of masks, `<id>.png`; class numbers are those of the sorted names, from 1.
        val_list: file with an id for each line; without, the images in folders such as `val` (if all others are in
            `train`), else a fifth of the images is drawn, of those with masks first.
        name: of the data set, and of its folder in `work_dirs`; by default that of `out`, so that two data sets do not
            share it.
        classes: all names in their order; by default sorted.
        seed: of the drawing.
        skip_bad: leave out images without labels, entries without an image, and images that cannot be decoded.

    Raises:
        InputError: naming what does not fit, and what to do.
    """
    folder, out = Path(images), Path(out)
    name = _name(name, out)
    twice = [label for label, count in Counter(classes).items() if count > 1]
    if twice:
        raise InputError(f'--classes names {first_names(twice)} twice. Name each class once.')
    backbone = find_backbone(Path(configs), backbone)
    require_new_folder(out)
    classifier = Path(configs) / '_base_' / 'models' / f'cam_{backbone}.py'
    lacking = missing_packages(read_config(str(classifier)).model, f'--backbone {backbone}')
    read = _read_images(folder, labels, classes, skip_bad)
    counts, notes = check_classes(read.labels)
    every = ('background', *_order(counts, classes))
    notes += [text for text in (lacking, read.others) if text]  # the configs may be for another machine
    mask_folder = None if masks is None else Path(masks)
    masked = [] if mask_folder is None else [image for image in read.labels if (mask_folder / f'{image}.png').is_file()]
    train, val, how = parts_of(read.labels, val_list, masked, seed)
    notes += one_sided(read.labels, train, val)
    lists, tested = lists_of(train, val, mask_folder, masked, seed)
    if mask_folder is not None:
        notes += check_masks({image: str(mask_folder / f'{image}.png') for image in masked}, read.sizes, every,
                             read.labels)
    if Path('work_dirs', name).exists():
        notes.append(f'work_dirs/{name} exists already. If it is of other images, give another --name')
    data = OwnData(name, folder.resolve(), mask_folder and mask_folder.resolve(), every, len(train), len(val), tested,
                   max(max(size) for size in read.sizes.values()), any(not names for names in read.labels.values()))
    texts = OwnConfigs(Path(configs), backbone, data, base_path(Path(configs) / '_base_', out))
    write_new_folder(out, texts.texts, lists, read.labels)
    found = [read.sentence([f'{label} {counts[label]}' for label in every[1:]]),
             f'{len(train)} images to learn from, {len(val)} to validate on ({how})']
    if mask_folder is not None:
        found.append(f'masks of {len(lists[tested[0]])} and {len(lists[tested[1]])} of them')
    elif 'train_sample' in lists:
        found.append(f'{len(lists["train_sample"])} of the images to learn from, drawn with seed {seed}, set the '
                     'thresholds')
    return NewDataset(out, [*found, *([read.left_out] if read.left_out else [])], texts.reasons, notes)


def _name(name: str | None, out: Path) -> str:
    """The name of the data set: of a folder, and in options of tools, where other signs have meanings."""
    odd = r'[^\w .-]'
    if name is not None and (re.search(odd, name) or not name.strip(' .')):
        raise InputError(f'--name {name!r} must be the name of a folder, of letters, digits, blanks and _.-')
    return name or re.sub(odd, '_', out.absolute().name)


@dataclass(frozen=True)
class _Images:
    """The images of a data set.

    Attributes:
        labels: id -> names of classes, of the images that are kept.
        sizes: id -> height and width.
        others: a remark on files of other kinds; empty without any.
        left_out: a sentence on what is left out; empty where that is nothing.
    """
    labels: dict[str, list[str]]
    sizes: dict[str, tuple[int, int]]
    others: str
    left_out: str

    def sentence(self, classes: Sequence[str]) -> str:
        """How many images, how large, of which classes."""
        sides = np.array(list(self.sizes.values()))
        return (f'{len(self.labels)} images from {" x ".join(map(str, sides.min(axis=0)))} to '
                f'{" x ".join(map(str, sides.max(axis=0)))} (height x width), {len(classes)} classes: ' +
                ', '.join(classes))


def _read_images(folder: Path, labels: str | Path, classes: Sequence[str], skip_bad: bool) -> _Images:
    """Bring images and labels together, see :func:`new_dataset`."""
    entries = read_label_form(labels, classes)
    paths, others = _find_images(folder)
    matched = match_labels(entries, list(paths))
    if not matched.labels:
        raise InputError(f'None of the {len(entries)} entries of {labels} (e.g. {first_names(entries)}) is an image of '
                         f'{folder} (e.g. {first_names(paths)}). Write the names of the images in the labels.')
    if not skip_bad:
        require_match(matched, len(paths))
    sizes, bad = read_sizes({image: paths[image] for image in matched.labels})
    if bad and not (skip_bad and sizes):
        raise InputError(f'{len(bad)} of {len(paths)} images cannot be decoded. {first_names(bad.values())} Or leave '
                         'them out with --skip-bad.')
    left_out = ''
    if skip_bad and (matched.stray or matched.unlabelled or bad):
        left_out = (f'left out: {len(matched.unlabelled)} images without labels, {len(matched.stray)} entries without '
                    f'an image, {len(bad)} images that cannot be decoded')
    return _Images({image: names for image, names in matched.labels.items() if image in sizes}, sizes, others, left_out)


def _find_images(folder: Path) -> tuple[dict[str, str], str]:
    """Paths of all images by id, and a remark on files of other kinds."""
    if not folder.is_dir():
        raise InputError(f'The folder of images {folder} does not exist. Give the folder that holds them.')
    kinds = Counter(Path(file).suffix.lower() for file in walk_files(folder))
    others = ', '.join(f'{count} {kind or "without suffix"}' for kind, count in sorted(kinds.items())
                       if kind not in IMAGE_SUFFIXES)
    known = ', '.join(IMAGE_SUFFIXES)
    if not set(kinds) & set(IMAGE_SUFFIXES):
        raise InputError(f'{folder} holds no images ({known}), but {others or "no files"}. Give the folder that holds '
                         'them, or convert them to JPEG or PNG.')
    return ({name: str(folder / f'{name}{suffix}')
             for name, suffix in ImageFolder(str(folder), IMAGE_SUFFIXES).all().items()},
            f'files in {folder} that are no images ({known}) are left out: {others}' if others else '')


def _order(counts: Mapping[str, int], classes: Sequence[str]) -> tuple[str, ...]:
    """The classes in their order."""
    unknown = [label for label in counts if classes and label not in classes]
    absent = [label for label in classes if label not in counts]
    if unknown or absent:
        raise InputError(f'--classes names {first_names(absent) or "no class"} that no image has, and lacks '
                         f'{first_names(unknown) or "none"}. The labels have {", ".join(counts)}.')
    return tuple(classes or counts)
