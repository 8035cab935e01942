"""Check a folder in VOC's layout: its lists, and whether images, masks and labels match."""
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image
from voc_layout import CLASSES, IMAGES, LABELS, LISTS, MASKS, MASKS_AUG, VOID, read_labels, read_list

from mmwsss.utils.errors import InputError, first_names
from mmwsss.utils.worker_pool import run_parallel

from .published import COUNTS, VOC_SOURCE, warn

FATAL = ('image', 'mask', 'size', 'labels')


class Finding(NamedTuple):
    """Problems of an image, its mask and its labels; empty strings for none."""

    image: str = ''
    mask: str = ''
    size: str = ''
    labels: str = ''
    classes: str = ''


def check_image(task: tuple[str, str, str, list[str] | None]) -> Finding:
    """Check an image.

    Args:
        task: DATA_ROOT, id, folder of masks, labels or `None`.
    """
    root, name, folder, labels = task
    image, mask = Path(root, IMAGES, f'{name}.jpg'), Path(root, folder, f'{name}.png')
    wrong: dict[str, str] = {}
    sizes, values = {}, None
    for kind, path in (('image', image), ('mask', mask)):
        try:
            with Image.open(path) as file:
                file.load()
                sizes[kind] = file.size
                if kind == 'mask':
                    values = np.unique(np.asarray(file)) if file.mode in ('P', 'L') else None
                    if values is None:
                        wrong[kind] = f'{path} is not a palette or grey image ({file.mode})'
        except FileNotFoundError:
            wrong[kind] = f'{path} is missing'
        except (OSError, SyntaxError, ValueError):
            wrong[kind] = f'{path} cannot be decoded'
    if len(sizes) == 2 and sizes['image'] != sizes['mask']:
        wrong['size'] = f'{name}: image {sizes["image"]}, mask {sizes["mask"]}'
    if labels is None or not set(labels) <= set(CLASSES[1:]):
        wrong['labels'] = f'{name} has {"no labels" if labels is None else "labels that are not classes of VOC"}'
    if values is not None:
        if not np.isin(values, [*range(len(CLASSES)), VOID]).all():
            wrong['mask'] = f'{mask} has values that are not classes of VOC'
        elif labels is not None:
            beyond = [CLASSES[value] for value in values if value not in (0, VOID) and CLASSES[value] not in labels]
            wrong['classes'] = f'{name} ({", ".join(beyond)})' if beyond else ''
    return Finding(**wrong)


def check(root: Path, workers: int) -> bool:
    """Check every list of a folder in VOC's layout and print a table.

    Args:
        root: folder with JPEGImages, masks, lists and image_labels.json; Annotations are not needed.
        workers: processes.

    Returns:
        Whether all images, masks and labels exist, can be decoded and have matching sizes. Mask classes without a
        label are only reported: SBD's masks and VOC's annotations differ for some images.

    Raises:
        InputError: there are no lists or no images.
    """
    lists = {path.stem: read_list(path) for path in sorted((root / LISTS).glob('*.txt'))}
    if not lists:
        raise InputError(f'{root / LISTS} contains no lists, so {root} is not a data set in VOC\'s layout. For VOC '
                         f'2012, download {VOC_SOURCE}.')
    if not (root / IMAGES).is_dir():
        raise InputError(f'{root} has no folder {IMAGES}. For VOC 2012, download {VOC_SOURCE}.')
    labels = read_labels(root / LABELS) if (root / LABELS).is_file() else None
    folders = {name: mask_folder(root, ids) for name, ids in lists.items()}
    tasks = sorted({(id_, folders[name]) for name, ids in lists.items() for id_ in ids})
    findings = dict(zip(tasks, run_parallel(
        'Checking', check_image, [(str(root), *task, None if labels is None else labels.get(task[0]))
                                    for task in tasks], workers), strict=True))
    rows = {name: [findings[id_, folders[name]] for id_ in ids] for name, ids in lists.items()}
    print_table(rows, folders)
    problems = list_problems(lists) + [f'{LABELS} is missing or damaged; run this program without --check'] * (
        not labels)
    for kind in Finding._fields:
        bad = sorted({text for finding in findings.values() if (text := getattr(finding, kind))})
        if bad and kind in FATAL:
            problems.append(f'{kind}: {len(bad)}, e.g. {"; ".join(bad[:5])}')
        elif bad:
            warn(f'{len(bad)} masks have classes that are not in the labels, e.g. {"; ".join(bad[:5])}.')
    for problem in problems:
        print(f'problem: {problem}', file=sys.stderr)
    print('Everything exists and matches.' if not problems else f'{len(problems)} kinds of problems.')
    return not problems


def mask_folder(root: Path, ids: Iterable[str]) -> str:
    """The folder with most masks of a list; the official one in a tie."""
    ids = list(ids)
    return max((MASKS, MASKS_AUG), key=lambda name: sum([(root / name / f'{id_}.png').is_file() for id_ in ids]))


def list_problems(lists: dict[str, list[str]]) -> list[str]:
    """Repeated ids, and training images that are also validation images."""
    problems = [f'list {name}: {len(ids) - len(set(ids))} ids are repeated' for name, ids in lists.items()
                if len(set(ids)) < len(ids)]
    for name in ('train', 'train_aug'):
        both = sorted(set(lists.get(name, ())) & set(lists.get('val', ())))
        if both:
            problems.append(f'{len(both)} images of {name} are also in val, e.g. {first_names(both)}')
    return problems


def print_table(rows: dict[str, list[Finding]], folders: dict[str, str]) -> None:
    """Print one line per list: how many of its images pass each check."""
    table = [('list', 'images', 'in VOC 2012', 'found', 'masks', 'of', 'sizes equal', 'labels',
              'mask classes in labels')]
    for name, findings in rows.items():
        whole = [finding for finding in findings if not (finding.image or finding.mask)]
        table.append((name, len(findings), COUNTS.get(name, '-'), sum([not f.image for f in findings]),
                      sum([not f.mask for f in findings]), folders[name], sum([not f.size for f in whole]),
                      sum([not f.labels for f in findings]), sum([not (f.labels or f.classes) for f in whole])))
    widths = [max(len(str(row[column])) for row in table) for column in range(len(table[0]))]
    for row in table:
        print('  '.join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
