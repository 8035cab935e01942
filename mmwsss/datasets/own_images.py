"""Checks of the images and labels of a new data set."""
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from mmwsss.utils.errors import InputError, first_names
from mmwsss.utils.progress import track

from .image_labels import IMAGE_SUFFIXES
from .label_forms import Labels
from .own_split import HELD_OUT, LEARNT
from .transforms.load_image import read_image

FEW = 5  # images that a class should have at least
MOST = 254  # image classes that a mask of 8 bits can tell from background and void


@dataclass
class Matched:
    """Labels brought together with images.

    Attributes:
        labels: id -> names of classes.
        unlabelled: ids of images without an entry.
        stray: entries without an image.
    """
    labels: dict[str, list[str]] = field(default_factory=dict)
    unlabelled: list[str] = field(default_factory=list)
    stray: list[str] = field(default_factory=list)


def match_labels(labels: Labels, ids: Sequence[str]) -> Matched:
    """Find the image of each entry: by its id or path, by the end of its path, by its name alone, or by its digits.

    Args:
        labels: from :func:`read_label_form`.
        ids: of the images, their paths below the folder without suffix.

    Entries of one image add up. An image with entries of different paths is refused, because only one can be its own:
    `train/1.jpg` and `val/1.jpg` for an image `1`. Folders named like a class of the entry are no part of its path.

    Raises:
        InputError: an entry fits several images, or an image has entries of different paths.
    """
    known = set(ids)
    by_name, by_digits = defaultdict(list), defaultdict(list)
    for name in ids:
        by_name[PurePosixPath(name).name].append(name)
        digits = ''.join(char for char in name if char in '0123456789')
        if digits:
            by_digits[int(digits)].append(name)
    found = Matched()
    merged: dict[str, dict[str, None]] = {}
    longest: dict[str, tuple[PurePosixPath, int | str]] = {}  # of the paths that entries give an image, and its entry
    for key, names in labels.items():
        path = PurePosixPath() if isinstance(key, int) else _path_of(key, known)
        fits = by_digits[key] if isinstance(key, int) else _images_of(path, known, by_name)
        if len(fits) > 1:
            raise InputError(f'The labels of {key} fit {len(fits)} images: {first_names(fits)}. Write the path below '
                             'the folder of images in the labels.')
        if fits:
            place = PurePosixPath(*(part for part in path.parts if part not in names))
            other, first = longest.get(fits[0], (place, key))
            if not (_ends(place, other) or _ends(other, place)):
                raise InputError(f'The entries {first} and {key} both fit the image {fits[0]}, but name two images. '
                                 'Write paths below the folder of images, or remove the entry whose image is '
                                 'missing.')
            longest[fits[0]] = max((other, first), (place, key), key=lambda one: len(one[0].parts))
            merged.setdefault(fits[0], {}).update(dict.fromkeys(names))
        else:
            found.stray.append(str(key))
    found.labels = {name: list(merged[name]) for name in ids if name in merged}
    found.unlabelled = [name for name in ids if name not in merged]
    return found


def _path_of(key: str, known: set[str]) -> PurePosixPath:
    """The path in an entry, without the suffix of an image."""
    path = PurePosixPath(key.replace('\\', '/'))
    return path.with_suffix('') if path.suffix.lower() in IMAGE_SUFFIXES and path.as_posix() not in known else path


def _ends(path: PurePosixPath, end: PurePosixPath) -> bool:
    """Whether a path ends with the parts of another."""
    count = len(path.parts) - len(end.parts)
    return count >= 0 and path.parts[count:] == end.parts


def _images_of(path: PurePosixPath, known: set[str], by_name: Mapping[str, list[str]]) -> list[str]:
    """Ids that an entry may mean."""
    ends = ('/'.join(path.parts[start:]) for start in range(len(path.parts)))
    return next(([end] for end in ends if end in known), by_name.get(path.name, []))


def require_match(found: Matched, total: int) -> None:
    """Check that every image has labels and every entry an image.

    Raises:
        InputError: naming both kinds.
    """
    parts = []
    if found.stray:
        parts.append(f'{len(found.stray)} of {len(found.stray) + len(found.labels)} entries belong to no image, e.g. '
                     f'{first_names(found.stray)}')
    if found.unlabelled:
        parts.append(f'{len(found.unlabelled)} of {total} images have no labels, e.g. {first_names(found.unlabelled)}')
    if parts:
        raise InputError(f'{"; ".join(parts)}. Correct the names (a path below the folder of images, with or without '
                         'suffix), or leave all of these out with --skip-bad.')


def check_classes(labels: Mapping[str, Sequence[str]]) -> tuple[dict[str, int], list[str]]:
    """Count the images of each class, and check that there is something to learn.

    Args:
        labels: id -> names of classes.

    Returns:
        Class -> number of images, by name, and remarks on what will work badly.

    Raises:
        InputError: there are no classes or too many; names differ by case or blanks only; a class is called background
            or is in a single image; classes are called train and val; all images hold all classes.
    """
    counts = Counter(name for names in labels.values() for name in names)
    spellings: dict[str, list[str]] = defaultdict(list)
    for name in sorted(counts):
        spellings[''.join(name.split()).casefold()].append(name)
    for same in spellings.values():
        if len(same) > 1:
            raise InputError('These classes differ only by case or spaces: ' + ', '.join(
                f'{name!r} ({counts[name]} images)' for name in same) + '. Give them one name in the labels.')
    if 'background' in spellings:
        raise InputError(f'{spellings["background"][0]!r} is a class in the labels. Remove it: every image has '
                         'background, and the network finds it without a label.')
    if LEARNT & set(spellings) and HELD_OUT & set(spellings):
        parts = [spellings[name][0] for name in sorted((LEARNT | HELD_OUT) & set(spellings))]
        raise InputError(f'{" and ".join(parts)} are classes in the labels, but look like the parts of a split. Remove '
                         'them from the labels, and give the validation images with --val-list, or as folders: '
                         'train/cat, val/cat.')
    if not 0 < len(counts) <= MOST:
        raise InputError(f'The labels name {len(counts)} classes; 1 to {MOST} are possible. Correct the labels.')
    everywhere = [name for name, count in sorted(counts.items()) if count == len(labels)]
    if len(everywhere) == len(counts):
        what = f'There is one class only, {everywhere[0]},' if len(counts) == 1 else 'All classes are there'
        raise InputError(f'{what} and all {len(labels)} images show {"it" if len(counts) == 1 else "all of them"} '
                         f'({first_names(everywhere)}), so there is nothing to learn from: a network learns a class '
                         'from images with and without it. Add images without it (with an empty list of labels).')
    single = [name for name, count in sorted(counts.items()) if count == 1]
    if single:
        raise InputError(f'{first_names(single)}: {"a class" if len(single) == 1 else "classes"} with 1 image only, so '
                         f'that none is left to validate. Label more images ({FEW} at least), or remove the label.')
    notes = [f'{name} has only {count} images, fewer than {FEW}: expect poor results for it' for name, count in
             sorted(counts.items()) if count < FEW]
    notes += [f'{name} is in all images: nothing tells it from the background' for name in everywhere]
    if len(counts) == 1:
        notes.append(f'there is one class only, {next(iter(counts))}: it is learnt from the images without it')
    return dict(sorted(counts.items())), notes


def read_sizes(paths: Mapping[str, str]) -> tuple[dict[str, tuple[int, int]], dict[str, str]]:
    """Decode all images.

    Args:
        paths: by id.

    Returns:
        Height and width by id, and by id what is wrong with those that cannot be decoded.
    """
    def read(path: str) -> tuple[int, int] | str:
        try:
            return read_image(path, remedy='Replace the file.').shape[:2]
        except InputError as error:
            return str(error)

    sizes, bad = {}, {}
    with ThreadPoolExecutor() as pool:  # decoding releases the interpreter lock
        for name, found in zip(paths, track(pool.map(read, paths.values()), 'images', len(paths)), strict=True):
            if isinstance(found, str):
                bad[name] = found
            else:
                sizes[name] = found
    return sizes, bad
