"""The Semantic Boundaries Dataset (SBD): find it, read its lists, and merge its masks with the official ones."""
import filecmp
import importlib.util
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image
from voc_layout import CLASSES, IMAGES, MASKS, MASKS_AUG, VOID, read_list

from mmwsss.utils.atomic import atomic_path
from mmwsss.utils.errors import InputError, first_names
from mmwsss.utils.palette_png import write_palette_png
from mmwsss.utils.worker_pool import run_parallel

from .published import SBD_COUNT, SBD_SOURCE, warn

SBD = 'SBD'


def unpacked_sbd(archives: Path) -> list[Path]:
    """Possible folders of an SBD that was unpacked beside the archives."""
    return [archives / 'benchmark_RELEASE' / 'dataset', archives / 'dataset']


def find_sbd(folders: Iterable[Path]) -> Path | None:
    """The first folder with SBD's `cls`."""
    return next((folder for folder in folders if (folder / 'cls').is_dir()), None)


def read_sbd_ids(sbd: Path) -> list[str]:
    """The ids of SBD's train and val.

    Raises:
        InputError: one of the lists is missing.
    """
    absent = [name for name in ('train.txt', 'val.txt') if not (sbd / name).is_file()]
    if absent:
        raise InputError(f'{sbd} has no {" and no ".join(absent)}. Download {SBD_SOURCE}.')
    ids = sorted({*read_list(sbd / 'train.txt'), *read_list(sbd / 'val.txt')})
    if len(ids) != SBD_COUNT:
        warn(f'SBD\'s lists in {sbd} have {len(ids)} images, but the published ones have {SBD_COUNT}.')
    return ids


def merge_masks(root: Path, sbd: Path, sbd_ids: Iterable[str], official: Iterable[str], workers: int) -> None:
    """Fill SegmentationClassAug: the official mask if there is one, else SBD's.

    Args:
        root: DATA_ROOT.
        sbd: folder with SBD's `cls`.
        sbd_ids: images of SBD.
        official: images of VOC, which have official masks.
        workers: processes.

    Raises:
        InputError: SciPy is missing, or .mat files or masks are missing or damaged; all others are written.
    """
    (root / MASKS_AUG).mkdir(exist_ok=True)
    official = sorted(official)
    absent = [name for name in official if not (root / MASKS / f'{name}.png').is_file()]
    if absent:
        warn(f'{len(absent)} of {len(official)} official masks are missing in {root / MASKS}, '
             f'e.g. {first_names(absent)}.')
    taken = set(official) - set(absent)
    copied = sum([copy_mask(root, name) for name in sorted(taken)])
    print(f'{MASKS_AUG}: {copied} official masks copied, {len(taken) - copied} existed already')
    ids = sorted(set(sbd_ids) - taken)
    if not ids:
        return
    if importlib.util.find_spec('scipy') is None:
        raise InputError('Reading SBD\'s .mat files needs SciPy. Run: pip install scipy')
    tasks = [(str(sbd / 'cls' / f'{name}.mat'), str(root / IMAGES / f'{name}.jpg'),
              str(root / MASKS_AUG / f'{name}.png')) for name in ids]
    results = list(run_parallel('Masks of SBD', convert_sbd_mask, tasks, workers))
    print(f'{MASKS_AUG}: {results.count("written")} masks of SBD converted, {results.count("present")} existed already')
    errors = [result for result in results if result not in ('written', 'present')]
    if errors:
        raise InputError(f'{len(errors)} of {len(ids)} masks of SBD could not be converted: {"; ".join(errors[:5])}'
                         f'{"; ..." if len(errors) > 5 else ""}. Unpack {SBD_SOURCE} again; all other masks are done.')


def copy_mask(root: Path, name: str) -> bool:
    """Copy an official mask into SegmentationClassAug; return whether it is new."""
    source, target = root / MASKS / f'{name}.png', root / MASKS_AUG / f'{name}.png'
    if target.is_file() and filecmp.cmp(source, target, shallow=False):
        return False
    with atomic_path(target) as temporary:
        shutil.copyfile(source, temporary)
    return True


def convert_sbd_mask(task: tuple[str, str, str]) -> str:
    """Convert one mask of SBD.

    Args:
        task: paths of the .mat file, the image and the PNG to write.

    Returns:
        'written', 'present', or an error message. Nothing is raised, so one bad file does not stop the others.
    """
    source, image, target = task
    try:
        with Image.open(image) as file:
            size = file.size
    except OSError as error:
        return f'{image} cannot be read ({type(error).__name__})'
    if is_good_mask(target, size):
        return 'present'
    if not os.path.isfile(source):
        return f'{source} is missing'
    from scipy.io import loadmat  # noqa: PLC0415  only SBD needs it
    try:
        mask = np.asarray(loadmat(source, variable_names=['GTcls'])['GTcls'][0, 0]['Segmentation'])
    except Exception as error:  # SciPy raises many types for damaged files
        return f'{source} is damaged or not an SBD annotation ({type(error).__name__}: {error})'
    if mask.shape != size[::-1]:
        return f'{source} has the shape {mask.shape}, but the image has {size[::-1]}'
    if not np.isin(mask, [*range(len(CLASSES)), VOID]).all():
        strange = np.setdiff1d(mask, range(len(CLASSES)))
        return f'{source} has values that are not classes of VOC: {first_names(strange)}'
    write_palette_png(target, mask.astype(np.uint8))
    return 'written'


def is_good_mask(path: str, size: tuple[int, int]) -> bool:
    """Whether a mask exists, can be read and has the size (width, height)."""
    try:
        with Image.open(path) as file:
            file.load()
            return file.size == size and file.mode in ('P', 'L')
    except (OSError, SyntaxError):  # PIL's errors for a damaged PNG
        return False
