"""Official masks and those of SBD, merged into one folder."""
import filecmp
import importlib.util
import shutil
from collections.abc import Iterable
from pathlib import Path

from converter_parts.messages import some, warn
from converter_parts.mmwsss_utils import InputError, atomic_path
from converter_parts.parallel import run_parallel
from voc_layout.names import IMAGES, MASKS, MASKS_AUG

from .published import SBD_SOURCE
from .sbd_mask import convert_sbd_mask


def merge_masks(root: Path, sbd: Path, sbd_ids: Iterable[str], official: Iterable[str], workers: int) -> None:
    """Fill SegmentationClassAug: the official mask where there is one, else SBD's.

    Args:
        root: DATA_ROOT.
        sbd: folder with SBD's `cls`.
        sbd_ids: images of SBD.
        official: images of VOC, which have official masks.
        workers: processes.

    Raises:
        InputError: SciPy is missing, or .mat files or masks are missing or damaged; the others are written.
    """
    (root / MASKS_AUG).mkdir(exist_ok=True)
    official = sorted(official)
    absent = [name for name in official if not (root / MASKS / f'{name}.png').is_file()]
    if absent:
        warn(f'{len(absent)} of {len(official)} official masks are missing in {root / MASKS}, e.g. {some(absent)}.')
    taken = set(official) - set(absent)
    copied = sum([copy_mask(root, name) for name in sorted(taken)])
    print(f'{MASKS_AUG}: {copied} official masks copied, {len(taken) - copied} were there')
    ids = sorted(set(sbd_ids) - taken)
    if not ids:
        return
    if importlib.util.find_spec('scipy') is None:
        raise InputError('SBD\'s .mat files need SciPy. Run: pip install scipy')
    tasks = [(str(sbd / 'cls' / f'{name}.mat'), str(root / IMAGES / f'{name}.jpg'),
              str(root / MASKS_AUG / f'{name}.png')) for name in ids]
    results = list(run_parallel('Masks of SBD', convert_sbd_mask, tasks, workers))
    print(f'{MASKS_AUG}: {results.count("written")} masks of SBD converted, {results.count("present")} were there')
    errors = [result for result in results if result not in ('written', 'present')]
    if errors:
        raise InputError(f'{len(errors)} of {len(ids)} masks of SBD could not be converted: {"; ".join(errors[:5])}'
                         f'{"; ..." if len(errors) > 5 else ""}. Unpack {SBD_SOURCE} again; the others are done.')


def copy_mask(root: Path, name: str) -> bool:
    """Copy an official mask over what is in SegmentationClassAug; whether there was need to."""
    source, target = root / MASKS / f'{name}.png', root / MASKS_AUG / f'{name}.png'
    if target.is_file() and filecmp.cmp(source, target, shallow=False):
        return False
    with atomic_path(target) as temporary:
        shutil.copyfile(source, temporary)
    return True
