"""Unpack the needed files from the published archives of VOC 2012 and SBD, never outside the folder."""
import shutil
import tarfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from voc_layout import ANNOTATIONS, IMAGES, LISTS, MASKS

from mmwsss.utils.atomic import atomic_path
from mmwsss.utils.errors import InputError
from mmwsss.utils.progress import ProgressBar

from .published import SBD_SOURCE, VOC_SOURCE, warn
from .sbd import SBD, find_sbd, unpacked_sbd


def unpack_archives(folder: Path, root: Path) -> None:
    """Unpack the archives of VOC and SBD in a folder.

    Raises:
        InputError: the folder has neither an archive nor an unpacked SBD; or see :func:`unpack`.
    """
    if not folder.is_dir():
        raise InputError(f'The archive folder {folder} does not exist. Set --archives to your download folder.')
    found = False
    for pattern, target in (('VOCtrainval*2012*', voc_target), ('benchmark*', sbd_target)):
        for archive in sorted(folder.glob(pattern)):
            if archive.is_file() and archive.name.endswith(('.tar', '.tgz', '.tar.gz')):
                unpack(archive, root, target)
                found = True
    if not found and find_sbd(unpacked_sbd(folder)) is None:
        raise InputError(f'{folder} contains no archive of VOC 2012 or SBD. Download {VOC_SOURCE}; and {SBD_SOURCE}.')


def voc_target(parts: Sequence[str]) -> Path | None:
    """The path below DATA_ROOT for a file in VOC's archive; `None` if not needed."""
    for index, part in enumerate(parts[:-1]):
        if part in (IMAGES, ANNOTATIONS, MASKS) or parts[index:index + 2] == LISTS.parts:
            return Path(*parts[index:])
    return None


def sbd_target(parts: Sequence[str]) -> Path | None:
    """The path below DATA_ROOT for a file in SBD's archive: class masks and lists; images come from VOC."""
    if parts[-2:-1] == ('cls', ) and parts[-1].endswith('.mat'):
        return Path(SBD, 'cls', parts[-1])
    if parts[-2:-1] == ('dataset', ) and parts[-1] in ('train.txt', 'val.txt'):
        return Path(SBD, parts[-1])
    return None


def unpack(archive: Path, root: Path, target: Callable[[Sequence[str]], Path | None]) -> None:
    """Unpack the files of an archive that `target` selects; existing files of the same size are kept.

    Args:
        archive: .tar, .tar.gz or .tgz.
        root: DATA_ROOT.
        target: parts of a member's path -> path below the root, or `None`.

    Raises:
        InputError: the archive is damaged, or contains a path or link that could lead outside the folder.
    """
    written = present = 0
    megabytes = ProgressBar(f'Unpacking {archive.name} (MB)', archive.stat().st_size >> 20)
    try:
        with megabytes, archive.open('rb') as file, tarfile.open(fileobj=file) as members:
            for member in members:
                path = target(safe_parts(member.name, archive))
                if steps := (file.tell() >> 20) - megabytes.done:
                    megabytes.advance(steps)
                if path is None or member.isdir():
                    continue
                if not member.isreg():
                    raise InputError(f'{archive} contains {member.name}, which is not a plain file. This is not the '
                                     'published archive; download it again.')
                if (root / path).is_file() and (root / path).stat().st_size == member.size:
                    present += 1
                    continue
                with atomic_path(root / path) as temporary, temporary.open('wb') as out:
                    shutil.copyfileobj(members.extractfile(member), out)
                written += 1
                members.members = []  # free memory: tarfile keeps a list of all members
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        reason = f'{error}'.partition('\n')[0].rstrip(':')  # tarfile lists all formats that it tried
        raise InputError(f'The archive {archive} is damaged or incomplete ({reason}). Download it again; unpacked '
                         'files are kept.') from error
    print(f'{archive.name}: {written} files unpacked, {present} existed already')
    if not written + present:
        warn(f'{archive} contains none of the needed files. Check that it is the published archive.')


def safe_parts(name: str, archive: Path) -> tuple[str, ...]:
    """The parts of a member's path, which must stay inside the folder.

    Args:
        name: the path in the archive.
        archive: for the message.

    Raises:
        InputError: the path leads outside the folder.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or '..' in path.parts or '\\' in name or ':' in name:
        raise InputError(f'{archive} contains the path {name!r}, which leads outside the folder. This is not the '
                         'published archive; download it again.')
    return path.parts
