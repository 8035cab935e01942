"""The lists of a new data set: images to learn from, to validate on, and those that thresholds are set on."""
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from mmwsss.datasets.own_images import match_labels
from mmwsss.datasets.own_split import split, split_of_folders
from mmwsss.utils.errors import InputError, first_names

ENOUGH = 500  # images for a label-free threshold (configs/voc20/README.md: 250 of 1010 gave that of all within 0.01)


def parts_of(labels: Mapping[str, Sequence[str]], val_list: str | Path | None, masked: Sequence[str],
             seed: int) -> tuple[list[str], list[str], str]:
    """Images to learn from and to validate on, and what decided.

    Args:
        labels: id -> names of classes.
        val_list: file with the ids to validate on; without, folders such as `train` and `val` decide, else chance.
        masked: ids of the images with masks.
        seed: of chance.

    Raises:
        InputError: the file cannot be read, or lists other images, or all.
    """
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


def one_sided(labels: Mapping[str, Sequence[str]], train: Sequence[str], val: Sequence[str]) -> list[str]:
    """Remarks on classes that one of the lists lacks.

    Args:
        labels: id -> names of classes.
        train, val: ids of both lists.
    """
    sides = {'to learn from': {name for image in train for name in labels[image]},
             'to validate on': {name for image in val for name in labels[image]}}
    return [f'{name} is in none of the images {side}' for side, there in sides.items()
            for name in sorted(set().union(*sides.values()) - there)]


def lists_of(train: list[str], val: list[str], masks: Path | None, masked: Sequence[str],
             seed: int) -> tuple[dict[str, list[str]], tuple[str, str]]:
    """The lists by name, and the names of those that CAMs and the segmentor are measured on.

    Args:
        train, val: ids to learn from and to validate on.
        masks: the folder of masks; `None` for none.
        masked: ids of the images with masks.
        seed: of the images that set label-free thresholds, where there are many.

    Returns:
        `train` and `val`; with masks, also `train_masks` and `val_masks` where only a part has one; without,
        `train_sample` where there are more than `ENOUGH`. And two names, e.g. `('train_masks', 'val')`.

    Raises:
        InputError: a list has no image with a mask.
    """
    lists = dict(train=train, val=val)
    if masks is not None:
        found = _require_masks(masks, lists, masked)
        lists.update({f'{part}_masks': found[part] for part in found if len(found[part]) < len(lists[part])})
    elif len(train) > ENOUGH:
        drawn = set(random.Random(seed).sample(train, ENOUGH))
        lists['train_sample'] = [image for image in train if image in drawn]
    of_train, of_val = (next((one for one in (f'{part}_masks', f'{part}_sample') if one in lists), part)
                        for part in ('train', 'val'))
    return lists, (of_train, of_val)


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
