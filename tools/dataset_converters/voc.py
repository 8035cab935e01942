"""Prepare PASCAL VOC 2012 for training from image-level labels, or check a folder in its layout.

Unpacks local archives, merges the masks of the Semantic Boundaries Dataset (SBD) with the official ones, and writes
the split list train_aug and the image-level labels. What is there already stays; a run that was stopped goes on.
"""
import argparse
import errno
import filecmp
import importlib.util
import json
import os
import shutil
import signal
import sys
import tarfile
import time
import xml.etree.ElementTree as ElementTree
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import NamedTuple

import numpy as np
from PIL import Image

EPILOG = """\
DATA_ROOT is the folder that holds JPEGImages, usually data/VOCdevkit/VOC2012. Written into it:
  ImageSets/Segmentation/train_aug.txt   10582 ids: SBD and VOC's train, without VOC's val
  SegmentationClassAug/                  masks of SBD, and the official ones where there are
  image_labels.json                      {id: [class, ...]} from Annotations, difficult objects included
  SBD/                                   what --archives found in SBD's archive

examples:
  python tools/dataset_converters/voc.py data/VOCdevkit/VOC2012 --archives ~/Downloads
  python tools/dataset_converters/voc.py data/VOCdevkit/VOC2012 --check
"""
CLASSES = ('background', 'aeroplane', 'bicycle', 'bird', 'boat', 'bottle', 'bus', 'car', 'cat', 'chair', 'cow',
           'diningtable', 'dog', 'horse', 'motorbike', 'person', 'pottedplant', 'sheep', 'sofa', 'train',
           'tvmonitor')
VOID = 255
PICTURES, ANNOTATIONS, MASKS, MASKS_AUG = 'JPEGImages', 'Annotations', 'SegmentationClass', 'SegmentationClassAug'
LISTS = Path('ImageSets', 'Segmentation')
LABELS = 'image_labels.json'
SBD = 'SBD'
# SBD's own train and val are 11355 pictures; some of them are in VOC's val, and some of VOC's train are not in SBD.
COUNTS = {'train': 1464, 'train_aug': 10582, 'val': 1449}
SBD_COUNT = 11355
VOC_SOURCE = ('VOCtrainval_11-May-2012.tar (2 GB), from the PASCAL VOC 2012 home page at the University of Oxford, '
              'http://host.robots.ox.ac.uk/pascal/VOC/voc2012/')
SBD_SOURCE = ('benchmark.tgz (1.4 GB) of the "Semantic Boundaries Dataset and Benchmark", Berkeley, '
              'http://home.bharathh.info/pubs/codes/SBD/download.html')


def load_utility(name: str) -> ModuleType:
    """A file of mmwsss/utils by its path: `import mmwsss` brings PyTorch and MMSegmentation, not needed here."""
    path = Path(__file__).resolve().parents[2] / 'mmwsss' / 'utils' / f'{name}.py'
    spec = importlib.util.spec_from_file_location(f'mmwsss_utils_{name}', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


InputError = load_utility('errors').InputError
atomic_path = load_utility('atomic').atomic_path


# What the converters share. -----------------------------------------------------------------------


class Progress:
    """A counter on the terminal; in a log file a line every ten seconds.

    Args:
        what: shown before the numbers.
        total: the count that is the end.
    """

    def __init__(self, what: str, total: int) -> None:
        self.what, self.total = what, total
        self.count, self.shown = 0, time.monotonic()
        self.live, self.done = sys.stdout.isatty(), False

    def step(self, count: int | None = None) -> None:
        """One more, or so many in all."""
        self.count = self.count + 1 if count is None else count
        if self.done or (self.count < self.total and
                         time.monotonic() - self.shown < (0.2 if self.live else 10)):
            return
        self.shown, self.done = time.monotonic(), self.count >= self.total
        line = f'{self.what}: {self.count}/{self.total}'
        print(f'\r{line}' if self.live else line, end='' if self.live and not self.done else '\n', flush=True)


def palette_image(mask: np.ndarray) -> Image.Image:
    """A mask (H, W) uint8 as a palette picture with VOC's colours."""
    palette = np.zeros((256, 3), dtype=np.uint8)
    index = np.arange(256)
    for bit in range(8):  # three bits of the index at a time are the next lower bit of red, green, blue
        for channel in range(3):
            palette[:, channel] |= ((index >> (3 * bit + channel) & 1) << (7 - bit)).astype(np.uint8)
    image = Image.fromarray(mask)
    image.putpalette(palette.tobytes())
    return image


def read_list(path: Path) -> list[str]:
    """The ids of a list, a line each."""
    return [line.split()[0] for line in path.read_text(encoding='utf-8').splitlines() if line.strip()]


def write_text(path: Path, text: str) -> None:
    """Write a small file, whole or not at all; one that has the text already stays."""
    if path.is_file() and path.read_bytes() == text.encode():
        return
    with atomic_path(path) as temporary:
        temporary.write_bytes(text.encode())


def write_labels(path: Path, labels: dict[str, list[str]]) -> None:
    """Write image-level labels as JSON, a picture a line."""
    lines = [f'{json.dumps(name)}: {json.dumps(classes)}' for name, classes in sorted(labels.items())]
    write_text(path, '{\n' + ',\n'.join(lines) + '\n}\n')


def some(names: Iterable[str], count: int = 3) -> str:
    """The first of many names, for a message."""
    names = list(map(str, names))
    return ', '.join(names[:count]) + (', ...' if len(names) > count else '')


def warn(message: str) -> None:
    """Say what is not as it should be but does not stop the work."""
    print(f'warning: {message}', file=sys.stderr, flush=True)


def run_parallel(what: str, function: Callable, tasks: Sequence, workers: int) -> Iterator:
    """Results of a function for all tasks, in order, with progress.

    Args:
        what: shown before the progress.
        function: takes one task; a function of a module, for it goes to processes.
        tasks: its arguments.
        workers: processes; this one works where a single one is enough.
    """
    progress = Progress(what, len(tasks))
    if workers == 1 or len(tasks) < 2:
        for task in tasks:
            yield function(task)
            progress.step()
        return
    pool = ProcessPoolExecutor(workers, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN))
    try:
        for result in pool.map(function, tasks, chunksize=16):
            yield result
            progress.step()
    finally:
        pool.shutdown(cancel_futures=True)


def end_with_message(function: Callable[[], int | None]) -> None:
    """Run a program; errors that its user can mend end it with one message instead of a traceback."""
    try:
        sys.exit(function())
    except InputError as error:
        sys.exit(f'error: {error}')
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS):
            raise
        sys.exit(f'error: {error.strerror} ({error.filename}). Then run the same command again; it goes on.')
    except KeyboardInterrupt:
        print('\nInterrupted. Run the same command again; it goes on.', file=sys.stderr)
        sys.exit(130)


# Archives. ----------------------------------------------------------------------------------------


def voc_target(parts: Sequence[str]) -> Path | None:
    """Where a file of VOC's archive belongs below DATA_ROOT; `None` for what is not needed."""
    for index, part in enumerate(parts[:-1]):
        if part in (PICTURES, ANNOTATIONS, MASKS) or parts[index:index + 2] == LISTS.parts:
            return Path(*parts[index:])
    return None


def sbd_target(parts: Sequence[str]) -> Path | None:
    """Where a file of SBD's archive belongs below DATA_ROOT: class masks and lists; pictures are VOC's."""
    if parts[-2:-1] == ('cls', ) and parts[-1].endswith('.mat'):
        return Path(SBD, 'cls', parts[-1])
    if parts[-2:-1] == ('dataset', ) and parts[-1] in ('train.txt', 'val.txt'):
        return Path(SBD, parts[-1])
    return None


def unpack_archives(folder: Path, root: Path) -> None:
    """Unpack what a folder holds of VOC's and SBD's archives.

    Raises:
        InputError: the folder holds neither an archive nor an unpacked SBD; or see :func:`unpack`.
    """
    if not folder.is_dir():
        raise InputError(f'The folder of archives {folder} does not exist. Give the one that the downloads lie in.')
    found = False
    for pattern, target in (('VOCtrainval*2012*', voc_target), ('benchmark*', sbd_target)):
        for archive in sorted(folder.glob(pattern)):
            if archive.is_file() and archive.name.endswith(('.tar', '.tgz', '.tar.gz')):
                unpack(archive, root, target)
                found = True
    if not found and find_sbd(unpacked_sbd(folder)) is None:
        raise InputError(f'{folder} holds no archive of VOC 2012 or SBD. Wanted: {VOC_SOURCE}; and {SBD_SOURCE}.')


def unpack(archive: Path, root: Path, target: Callable[[Sequence[str]], Path | None]) -> None:
    """Unpack the files of an archive that `target` wants; files of the same size that exist stay.

    Args:
        archive: .tar, .tar.gz or .tgz.
        root: DATA_ROOT.
        target: parts of a member's path -> path below the root, or `None`.

    Raises:
        InputError: the archive is damaged, or holds a path or a link that could lead out of the folder.
    """
    written = present = 0
    progress = Progress(f'Unpacking {archive.name} (MB)', archive.stat().st_size >> 20)
    try:
        with archive.open('rb') as file, tarfile.open(fileobj=file) as members:
            for member in members:
                path = target(safe_parts(member.name, archive))
                progress.step(file.tell() >> 20)
                if path is None or member.isdir():
                    continue
                if not member.isreg():
                    raise InputError(f'{archive} holds {member.name}, which is no plain file. This is not the '
                                     'published archive; download it again.')
                if (root / path).is_file() and (root / path).stat().st_size == member.size:
                    present += 1
                    continue
                with atomic_path(root / path) as temporary, temporary.open('wb') as out:
                    shutil.copyfileobj(members.extractfile(member), out)
                written += 1
                members.members = []  # tarfile keeps a list of all that it has met
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        reason = f'{error}'.partition('\n')[0].rstrip(':')  # tarfile lists all that it has tried
        raise InputError(f'The archive {archive} is damaged or not complete ({reason}). Download it again; what is '
                         'unpacked already stays.') from error
    print(f'{archive.name}: {written} files unpacked, {present} were there')
    if not written + present:
        warn(f'{archive} holds nothing that is needed; is it the published archive?')


def safe_parts(name: str, archive: Path) -> tuple[str, ...]:
    """The parts of a member's path, which must stay inside of the folder.

    Args:
        name: the path in the archive.
        archive: for the message.

    Raises:
        InputError: it leads out.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or '..' in path.parts or '\\' in name or ':' in name:
        raise InputError(f'{archive} holds the path {name!r}, which leads out of the folder. This is not the '
                         'published archive; download it again.')
    return path.parts


# Masks. -------------------------------------------------------------------------------------------


def unpacked_sbd(archives: Path) -> list[Path]:
    """Where SBD lies once somebody unpacked it beside the archives."""
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
        raise InputError(f'{sbd} has no {" and no ".join(absent)}. They come with {SBD_SOURCE}.')
    ids = sorted({*read_list(sbd / 'train.txt'), *read_list(sbd / 'val.txt')})
    if len(ids) != SBD_COUNT:
        warn(f'SBD\'s lists in {sbd} name {len(ids)} pictures; the published ones name {SBD_COUNT}.')
    return ids


def merge_masks(root: Path, sbd: Path, sbd_ids: Iterable[str], official: Iterable[str], workers: int) -> None:
    """Fill SegmentationClassAug: the official mask where there is one, else SBD's.

    Args:
        root: DATA_ROOT.
        sbd: folder with SBD's `cls`.
        sbd_ids: pictures of SBD.
        official: pictures of VOC, which have official masks.
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
    tasks = [(str(sbd / 'cls' / f'{name}.mat'), str(root / PICTURES / f'{name}.jpg'),
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


def convert_sbd_mask(task: tuple[str, str, str]) -> str:
    """Convert one mask of SBD.

    Args:
        task: paths of the .mat file, the picture and the PNG to write.

    Returns:
        'written', 'present', or what is wrong. Not raised: one bad file shall not stop the others.
    """
    source, picture, target = task
    try:
        with Image.open(picture) as image:
            size = image.size
    except OSError as error:
        return f'{picture} cannot be read ({type(error).__name__})'
    if is_good_mask(target, size):
        return 'present'
    if not os.path.isfile(source):
        return f'{source} is missing'
    from scipy.io import loadmat  # noqa: PLC0415  only SBD needs it
    try:
        mask = np.asarray(loadmat(source, variable_names=['GTcls'])['GTcls'][0, 0]['Segmentation'])
    except Exception as error:  # damaged files make SciPy raise whatever comes
        return f'{source} is no annotation of SBD or damaged ({type(error).__name__}: {error})'
    if mask.shape != size[::-1]:
        return f'{source} has the shape {mask.shape}, the picture {size[::-1]}'
    if not np.isin(mask, [*range(len(CLASSES)), VOID]).all():
        return f'{source} has values that are no classes of VOC: {some(np.setdiff1d(mask, range(len(CLASSES))))}'
    with atomic_path(target) as temporary:
        palette_image(mask.astype(np.uint8)).save(temporary)
    return 'written'


def is_good_mask(path: str, size: tuple[int, int]) -> bool:
    """Whether a mask exists, decodes and has the size (width, height)."""
    try:
        with Image.open(path) as image:
            image.load()
            return image.size == size and image.mode in ('P', 'L')
    except (OSError, SyntaxError):  # PIL's word for a broken PNG
        return False


# Lists and labels. --------------------------------------------------------------------------------


def require_voc(root: Path) -> None:
    """See that the parts of VOC 2012 are there.

    Raises:
        InputError: naming those that are not, and where they are published.
    """
    lists = [LISTS / 'train.txt', LISTS / 'val.txt']
    absent = [f'{name}/' for name in (PICTURES, MASKS, ANNOTATIONS) if not (root / name).is_dir()]
    absent += [str(name) for name in lists if not (root / name).is_file()]
    if absent:
        raise InputError(f'{root} lacks {", ".join(absent)}. They come with {VOC_SOURCE}: download it and name its '
                         'folder with --archives.')


def write_train_aug(root: Path, ids: Sequence[str]) -> list[str]:
    """Write train_aug.txt, unless an existing one is as good or names other pictures; the ids that hold."""
    path = root / LISTS / 'train_aug.txt'
    if path.is_file():
        existing = read_list(path)
        if set(existing) == set(ids):
            return existing
        if set(existing) - set(ids):
            warn(f'{path} names {len(set(existing) - set(ids))} pictures that are in neither SBD nor VOC\'s train '
                 f'here; it stays as it is. Remove it to have it written anew ({len(ids)} pictures).')
            return existing
    write_text(path, ''.join(f'{name}\n' for name in ids))
    print(f'{path.relative_to(root)}: {len(ids)} pictures')
    return list(ids)


def read_annotation(path: Path) -> list[str]:
    """The classes of the objects in an annotation of VOC, difficult ones too, in VOC's order.

    Raises:
        InputError: no XML, or an object that is none of VOC's classes.
    """
    try:
        names = {node.findtext('name', '').strip() for node in ElementTree.parse(path).iter('object')}
    except ElementTree.ParseError as error:
        raise InputError(f'The annotation {path} is damaged ({error}). Unpack {VOC_SOURCE} again.') from error
    strange = sorted(names - set(CLASSES[1:]))
    if strange:
        raise InputError(f'The annotation {path} has objects that are no classes of VOC: {some(strange)}.')
    return [name for name in CLASSES if name in names]


def write_image_labels(root: Path, ids: Iterable[str]) -> None:
    """Write the image-level labels of pictures from their annotations."""
    labels, absent = {}, []
    for name in sorted(set(ids)):
        path = root / ANNOTATIONS / f'{name}.xml'
        if path.is_file():
            labels[name] = read_annotation(path)
        else:
            absent.append(name)
    if absent:
        warn(f'{len(absent)} pictures have no annotation in {root / ANNOTATIONS}, e.g. {some(absent)}: they get no '
             'labels.')
    empty = [name for name, classes in labels.items() if not classes]
    if empty:
        warn(f'{len(empty)} annotations name no object, e.g. {some(empty)}.')
    path = root / LABELS
    if path.is_file() and read_labels(path) == labels:
        print(f'{LABELS}: labels of {len(labels)} pictures were there')
        return
    write_labels(path, labels)
    print(f'{LABELS}: labels of {len(labels)} pictures')


def read_labels(path: Path) -> dict[str, list[str]]:
    """Image-level labels from JSON; none where the file is damaged."""
    try:
        labels = json.loads(path.read_text(encoding='utf-8'))
    except ValueError:
        return {}
    return labels if isinstance(labels, dict) else {}


def prepare(root: Path, archives: Path | None, workers: int) -> None:
    """Unpack, merge, write lists and labels; see the module.

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
    pictures = {path.stem for path in (root / PICTURES).glob('*.jpg')}
    for name, ids in lists.items():
        if len(ids) != COUNTS[name] and not (name == 'train_aug' and train_aug is train):
            warn(f'{name} has {len(ids)} pictures; that of VOC 2012 has {COUNTS[name]}.')
        absent = sorted(set(ids) - pictures)
        if absent:
            warn(f'{len(absent)} of {len(ids)} pictures of {name} are missing in {root / PICTURES}, e.g. '
                 f'{some(absent)}.')
    write_image_labels(root, [*train, *train_aug, *val])
    if sbd is not None:
        merge_masks(root, sbd, set(sbd_ids) & pictures, [*train, *val], workers)
    print(f'{root} is ready: train {len(train)}, train_aug '
          f'{"not written" if train_aug is train else len(train_aug)}, val {len(val)} pictures.')


# Checking. ----------------------------------------------------------------------------------------


class Finding(NamedTuple):
    """What is the matter with a picture, its mask and its labels; empty strings where nothing is."""

    picture: str = ''
    mask: str = ''
    size: str = ''
    labels: str = ''
    classes: str = ''


FATAL = ('picture', 'mask', 'size', 'labels')


def check(root: Path, workers: int) -> bool:
    """Check every list of a folder in VOC's layout and print a table.

    Args:
        root: JPEGImages, masks, lists and image_labels.json; Annotations are not needed.
        workers: processes.

    Returns:
        Whether all pictures, masks and labels are there, decode and fit in size. Mask classes beyond the labels are
        reported only: SBD's masks and VOC's annotations do differ here and there.

    Raises:
        InputError: there are no lists or no pictures.
    """
    lists = {path.stem: read_list(path) for path in sorted((root / LISTS).glob('*.txt'))}
    if not lists:
        raise InputError(f'{root / LISTS} holds no lists, so {root} is no data set in VOC\'s layout. VOC 2012 '
                         f'comes with {VOC_SOURCE}.')
    if not (root / PICTURES).is_dir():
        raise InputError(f'{root} has no folder {PICTURES}. VOC 2012 comes with {VOC_SOURCE}.')
    labels = read_labels(root / LABELS) if (root / LABELS).is_file() else None
    folders = {name: mask_folder(root, ids) for name, ids in lists.items()}
    tasks = sorted({(id_, folders[name]) for name, ids in lists.items() for id_ in ids})
    findings = dict(zip(tasks, run_parallel(
        'Checking', check_picture, [(str(root), *task, None if labels is None else labels.get(task[0]))
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


def check_picture(task: tuple[str, str, str, list[str] | None]) -> Finding:
    """Check a picture.

    Args:
        task: DATA_ROOT, id, folder of masks, labels or `None`.
    """
    root, name, folder, labels = task
    picture, mask = Path(root, PICTURES, f'{name}.jpg'), Path(root, folder, f'{name}.png')
    wrong: dict[str, str] = {}
    sizes, values = {}, None
    for kind, path in (('picture', picture), ('mask', mask)):
        try:
            with Image.open(path) as image:
                image.load()
                sizes[kind] = image.size
                if kind == 'mask':
                    values = np.unique(np.asarray(image)) if image.mode in ('P', 'L') else None
                    if values is None:
                        wrong[kind] = f'{path} is no palette or grey picture ({image.mode})'
        except FileNotFoundError:
            wrong[kind] = f'{path} is missing'
        except (OSError, SyntaxError, ValueError):
            wrong[kind] = f'{path} does not decode'
    if len(sizes) == 2 and sizes['picture'] != sizes['mask']:
        wrong['size'] = f'{name}: picture {sizes["picture"]}, mask {sizes["mask"]}'
    if labels is None or not set(labels) <= set(CLASSES[1:]):
        wrong['labels'] = f'{name} has {"no labels" if labels is None else "labels that are no classes of VOC"}'
    if values is not None:
        if not np.isin(values, [*range(len(CLASSES)), VOID]).all():
            wrong['mask'] = f'{mask} has values that are no classes of VOC'
        elif labels is not None:
            beyond = [CLASSES[value] for value in values if value not in (0, VOID) and CLASSES[value] not in labels]
            wrong['classes'] = f'{name} ({", ".join(beyond)})' if beyond else ''
    return Finding(**wrong)


def list_problems(lists: dict[str, list[str]]) -> list[str]:
    """Ids that are named twice, and pictures that are both trained on and validated on."""
    problems = [f'list {name}: {len(ids) - len(set(ids))} ids are named twice' for name, ids in lists.items()
                if len(set(ids)) < len(ids)]
    for name in ('train', 'train_aug'):
        both = sorted(set(lists.get(name, ())) & set(lists.get('val', ())))
        if both:
            problems.append(f'{len(both)} pictures of {name} are also in val, e.g. {some(both)}')
    return problems


def print_table(rows: dict[str, list[Finding]], folders: dict[str, str]) -> None:
    """A line a list: how many of its pictures pass each check."""
    table = [('list', 'pictures', 'in VOC 2012', 'found', 'masks', 'of', 'sizes equal', 'labels',
              'mask classes in labels')]
    for name, findings in rows.items():
        whole = [finding for finding in findings if not (finding.picture or finding.mask)]
        table.append((name, len(findings), COUNTS.get(name, '-'), sum([not f.picture for f in findings]),
                      sum([not f.mask for f in findings]), folders[name], sum([not f.size for f in whole]),
                      sum([not f.labels for f in findings]), sum([not (f.labels or f.classes) for f in whole])))
    widths = [max(len(str(row[column])) for row in table) for column in range(len(table[0]))]
    for row in table:
        print('  '.join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def parse_args(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, epilog=EPILOG,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('root', type=Path, metavar='DATA_ROOT', help='the VOC2012 folder; --archives makes it')
    parser.add_argument('--archives', type=Path, metavar='DIR',
                        help='where VOCtrainval_11-May-2012.tar and SBD\'s benchmark.tgz lie, or either of them')
    parser.add_argument('--check', action='store_true',
                        help='write nothing; check pictures, masks, lists and labels, also of a part of VOC')
    parser.add_argument('--workers', type=int, default=os.cpu_count(), help='processes (default: %(default)s)')
    args = parser.parse_args(arguments)
    if args.check and args.archives:
        parser.error('--check writes nothing, so it takes no --archives')
    if args.workers < 1:
        parser.error('--workers must be at least 1')
    return args


def main(arguments: Sequence[str] | None = None) -> int:
    """Prepare or check; the exit status."""
    args = parse_args(arguments)
    if args.check:
        return 0 if check(args.root, args.workers) else 1
    prepare(args.root, args.archives, args.workers)
    return 0


if __name__ == '__main__':
    end_with_message(main)
