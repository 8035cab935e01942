"""The split of a new data set into images to learn from and images to validate on."""
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np

LEARNT = {'train', 'training'}  # folders of a split, in lower case
HELD_OUT = {'val', 'valid', 'validation', 'test', 'testing'}


def split_of_folders(ids: Sequence[str]) -> tuple[list[str], list[str]] | None:
    """The split that folders such as `train` and `val` stand for.

    Args:
        ids: of all images.

    Returns:
        Ids of the images to learn from and to validate on (also those of `test`); `None` if an image is in neither
        kind of folder, or all are in one.
    """
    folders = [name.partition('/')[0].casefold() if '/' in name else '' for name in ids]
    train = [name for name, folder in zip(ids, folders, strict=True) if folder in LEARNT]
    val = [name for name, folder in zip(ids, folders, strict=True) if folder in HELD_OUT]
    return (train, val) if train and val and len(train) + len(val) == len(folders) else None


def split(labels: Mapping[str, Sequence[str]], share: float = 0.2, seed: int = 0,
          masked: Collection[str] = ()) -> tuple[list[str], list[str]]:
    """Split images so that each class is in both parts, and masks are, too.

    The rarest class is dealt out first. Each class gets about `share` of its images into the second part, at least
    one, and keeps at least one in the first. Images with masks go first into the second part, up to half of them.

    Args:
        labels: id -> names of classes; each class is in at least two images.
        share: of the second part, in (0, 1).
        seed: of the random order.
        masked: ids of the images with masks, where not all have one.

    Returns:
        Ids of the images to learn from and to validate on, each in the order of `labels`.
    """
    order = list(labels)
    np.random.default_rng(seed).shuffle(order)
    left = Counter(name for names in labels.values() for name in names)
    wanted = {name: max(round(share * count), 1) for name, count in left.items()}
    with_mask, chosen = set(masked), dict[str, None]()

    def choose(image: str) -> None:
        chosen[image] = None
        for name in labels[image]:
            left[name] -= 1
            wanted[name] -= 1

    def deal(images: Sequence[str], most: int) -> None:
        for name in sorted(left, key=lambda one: (left[one], one)):
            holding = [image for image in images if name in labels[image]]
            # images that take least from classes that have enough come first
            for image in sorted(holding, key=lambda one: (
                    one in with_mask, sum(wanted[other] <= 0 for other in labels[one]))):
                if len(chosen) < most and wanted[name] > 0 and image not in chosen and all(
                        left[other] > 1 for other in labels[image]):
                    choose(image)

    deal([image for image in order if image in with_mask], max(len(with_mask) // 2, 1))
    deal(order, len(order))
    empty = [image for image in order if not labels[image]]
    for image in empty[:round(share * len(empty))]:
        choose(image)
    return [image for image in labels if image not in chosen], [image for image in labels if image in chosen]
