"""Check the lists of a folder in VOC's layout."""
import sys
from collections.abc import Iterable
from pathlib import Path

from converter_parts.messages import some, warn
from converter_parts.mmwsss_utils import InputError
from converter_parts.parallel import run_parallel
from voc_layout.image_labels import read_labels
from voc_layout.names import IMAGES, LABELS, LISTS, MASKS, MASKS_AUG
from voc_layout.split_list import read_list

from .check_image import Finding, check_image
from .published import COUNTS, VOC_SOURCE

FATAL = ('image', 'mask', 'size', 'labels')


def check(root: Path, workers: int) -> bool:
    """Check every list of a folder in VOC's layout and print a table.

    Args:
        root: JPEGImages, masks, lists and image_labels.json; Annotations are not needed.
        workers: processes.

    Returns:
        Whether all images, masks and labels are there, decode and fit in size. Mask classes beyond the labels are
        reported only: SBD's masks and VOC's annotations do differ here and there.

    Raises:
        InputError: there are no lists or no images.
    """
    lists = {path.stem: read_list(path) for path in sorted((root / LISTS).glob('*.txt'))}
    if not lists:
        raise InputError(f'{root / LISTS} holds no lists, so {root} is no data set in VOC\'s layout. VOC 2012 '
                         f'comes with {VOC_SOURCE}.')
    if not (root / IMAGES).is_dir():
        raise InputError(f'{root} has no folder {IMAGES}. VOC 2012 comes with {VOC_SOURCE}.')
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
            warn(f'{len(bad)} masks have classes that the labels do not name, e.g. {"; ".join(bad[:5])}.')
    for problem in problems:
        print(f'problem: {problem}', file=sys.stderr)
    print('All is there and fits.' if not problems else f'{len(problems)} kinds of problems.')
    return not problems


def mask_folder(root: Path, ids: Iterable[str]) -> str:
    """The folder that has most of the masks of a list; the official one where both have."""
    ids = list(ids)
    return max((MASKS, MASKS_AUG), key=lambda name: sum([(root / name / f'{id_}.png').is_file() for id_ in ids]))


def list_problems(lists: dict[str, list[str]]) -> list[str]:
    """Ids that are named twice, and images that are both trained on and validated on."""
    problems = [f'list {name}: {len(ids) - len(set(ids))} ids are named twice' for name, ids in lists.items()
                if len(set(ids)) < len(ids)]
    for name in ('train', 'train_aug'):
        both = sorted(set(lists.get(name, ())) & set(lists.get('val', ())))
        if both:
            problems.append(f'{len(both)} images of {name} are also in val, e.g. {some(both)}')
    return problems


def print_table(rows: dict[str, list[Finding]], folders: dict[str, str]) -> None:
    """A line a list: how many of its images pass each check."""
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
