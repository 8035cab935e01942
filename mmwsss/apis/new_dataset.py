"""From a folder of images and their labels to configs that run."""
import os
import random
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmwsss.datasets.image_folder import ImageFolder
from mmwsss.datasets.image_labels import IMAGE_SUFFIXES
from mmwsss.datasets.label_forms import read_label_form
from mmwsss.datasets.own_images import check_classes, match_labels, read_sizes, require_match
from mmwsss.datasets.own_masks import check_masks
from mmwsss.datasets.own_split import split, split_of_folders
from mmwsss.engine.config import read_config
from mmwsss.engine.own_configs import OwnConfigs, OwnData, find_backbone
from mmwsss.engine.preflight import missing_packages
from mmwsss.utils.errors import InputError, first_names
from mmwsss.utils.json_file import write_json
from mmwsss.utils.walk import walk_files

ENOUGH = 500  # images for a label-free threshold (configs/voc20/README.md: 250 of 1010 gave that of all within 0.01)


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
    kept = {image: names for image, names in matched.labels.items() if image in sizes}
    counts, notes = check_classes(kept)
    ordered = _order(counts, classes)
    notes += [text for text in (lacking, others) if text]  # the configs may be for another machine
    masked = [] if masks is None else [image for image in kept if Path(masks, f'{image}.png').is_file()]
    train, val, how = _parts(kept, val_list, masked, seed)
    notes += _one_sided(kept, train, val)
    lists = dict(train=train, val=val)
    every = ('background', *ordered)
    if masks is not None:
        found = _require_masks(Path(masks), lists, masked)
        notes += check_masks({image: str(Path(masks, f'{image}.png')) for image in masked}, sizes, every, kept)
        lists.update({f'{part}_masks': found[part] for part in found if len(found[part]) < len(lists[part])})
    elif len(train) > ENOUGH:
        drawn = set(random.Random(seed).sample(train, ENOUGH))
        lists['train_sample'] = [image for image in train if image in drawn]
    tested = [next((one for one in (f'{part}_masks', f'{part}_sample') if one in lists), part)
              for part in ('train', 'val')]
    sides = np.array(list(sizes.values()))
    if Path('work_dirs', name).exists():
        notes.append(f'work_dirs/{name} exists already. If it is of other images, give another --name')
    data = OwnData(name, folder.resolve(), Path(masks).resolve() if masks else None, every,
                   len(train), len(val), (tested[0], tested[1]), int(sides.max()),
                   any(not names for names in kept.values()))
    texts = OwnConfigs(Path(configs), backbone, data, _base_path(Path(configs) / '_base_', out))
    _write(out, texts.texts, lists, {image: kept[image] for image in kept})
    found_text = [f'{len(kept)} images from {" x ".join(map(str, sides.min(axis=0)))} to '
                  f'{" x ".join(map(str, sides.max(axis=0)))} (height x width), {len(counts)} classes: ' +
                  ', '.join(f'{label} {counts[label]}' for label in ordered),
                  f'{len(train)} images to learn from, {len(val)} to validate on ({how})']
    if masks is not None:
        found_text.append(f'masks of {len(lists[tested[0]])} and {len(lists[tested[1]])} of them')
    elif 'train_sample' in lists:
        found_text.append(f'{ENOUGH} of the images to learn from, drawn with seed {seed}, set the thresholds')
    if skip_bad and (matched.stray or matched.unlabelled or bad):
        found_text.append(f'left out: {len(matched.unlabelled)} images without labels, {len(matched.stray)} entries '
                          f'without an image, {len(bad)} images that cannot be decoded')
    return NewDataset(out, found_text, texts.reasons, notes)


def _name(name: str | None, out: Path) -> str:
    """The name of the data set: of a folder, and in options of tools, where other signs have meanings."""
    odd = r'[^\w .-]'
    if name is not None and (re.search(odd, name) or not name.strip(' .')):
        raise InputError(f'--name {name!r} must be the name of a folder, of letters, digits, blanks and _.-')
    return name or re.sub(odd, '_', out.absolute().name)


def require_new_folder(out: Path) -> None:
    """Check that a folder can be made where none is.

    Raises:
        InputError: it exists, or its parent cannot be written.
    """
    if out.exists() or out.is_symlink():
        raise InputError(f'{out} exists already. Give another --out, or move it away.')
    parent = out.absolute().parent
    while not parent.exists():
        parent = parent.parent
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise InputError(f'{out} cannot be made: you may not write into {parent}. Give another --out.')


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


def _parts(labels: Mapping[str, Sequence[str]], val_list: str | Path | None, masked: Sequence[str],
           seed: int) -> tuple[list[str], list[str], str]:
    """Images to learn from and to validate on, and what decided."""
    if val_list is not None:
        return *_given_split(Path(val_list), labels), str(val_list)
    if of_folders := split_of_folders(list(labels)):
        return *of_folders, 'by their folders, ' + ', '.join(sorted({image.partition('/')[0] for image in labels}))
    some = masked if len(masked) < len(labels) else ()
    return *split(labels, seed=seed, masked=some), f'each class in both, seed {seed}'


def _given_split(path: Path, labels: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str]]:
    """Split by a list of the images to validate on."""
    try:
        names = [line.strip() for line in path.read_text(encoding='utf-8-sig').splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f'The list {path} cannot be read: {error}. Write one id a line.') from error
    found = match_labels({name: [] for name in names}, list(labels))
    if found.stray or not found.labels or not found.unlabelled:
        raise InputError(f'{path} lists {len(names)} images to validate on, of which {len(found.stray)} have no image '
                         f'or no labels ({first_names(found.stray)}); {len(found.unlabelled)} are left to learn from. '
                         'List some images of the folder, not all.')
    return found.unlabelled, list(found.labels)


def _one_sided(labels: Mapping[str, Sequence[str]], train: Sequence[str], val: Sequence[str]) -> list[str]:
    """Remarks on classes that one of the lists lacks."""
    sides = {'to learn from': {name for image in train for name in labels[image]},
             'to validate on': {name for image in val for name in labels[image]}}
    return [f'{name} is in none of the images {side}' for side, there in sides.items()
            for name in sorted(set().union(*sides.values()) - there)]


def _require_masks(folder: Path, lists: Mapping[str, Sequence[str]], masked: Sequence[str]) -> dict[str, list[str]]:
    """The images of each list that have a mask."""
    there = set(masked)
    found = {part: [image for image in images if image in there] for part, images in lists.items()}
    missing = [part for part, images in found.items() if not images]
    if missing:
        raise InputError(f'{folder} has masks of {len(there)} images, none of them in {" and ".join(missing)}, e.g. '
                         f'{first_names(f"{image}.png" for image in lists[missing[0]])}. Both parts need one: correct '
                         '--masks, add masks, or omit --val-list, so that the random split gives each part masks. '
                         'You can also omit --masks.')
    return found


def _base_path(base: Path, out: Path) -> str:
    """How configs in `out` name the folder: relative where both are in one place, so that it can be moved."""
    base, out = base.resolve(), out.absolute()
    return os.path.relpath(base, out) if out.is_relative_to(base.parents[1]) else str(base)


def _write(out: Path, texts: Mapping[str, str], lists: Mapping[str, Sequence[str]],
           labels: Mapping[str, Sequence[str]]) -> None:
    """Write all files or none."""
    try:
        out.absolute().parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f'.{out.name}-', dir=out.absolute().parent))
        try:
            for part, images in lists.items():
                (temporary / f'{part}.txt').write_text(''.join(f'{image}\n' for image in images), encoding='utf-8')
            write_json(temporary / 'labels.json', dict(labels), indent=None)
            for file, text in texts.items():
                (temporary / file).write_text(text, encoding='utf-8')
            _require_readable(temporary, texts, out)
            temporary.chmod(0o777 & ~_umask())
            temporary.rename(out.absolute())
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        raise InputError(f'{out} cannot be written: {error}. Give another --out.') from error


def _require_readable(folder: Path, files: Iterable[str], out: Path) -> None:
    """Check that the configs can be read and find their files, whatever the name of their folder is."""
    try:
        found = {file: read_config(str(folder / file)) for file in files}
        readable = Path(found['facts.py'].facts.label_file).samefile(folder / 'labels.json')
    except (InputError, OSError):
        readable = False
    if not readable:
        raise InputError(f"MMEngine cannot read configs in {str(out.absolute())!r}, because of special characters in "
                         'this path. Give another --out.')


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
