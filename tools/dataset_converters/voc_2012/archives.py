"""The archives of VOC 2012 and SBD, and what of them is needed."""
from collections.abc import Sequence
from pathlib import Path

from converter_parts.mmwsss_utils import InputError
from voc_layout.names import ANNOTATIONS, IMAGES, LISTS, MASKS

from .published import SBD_SOURCE, VOC_SOURCE
from .sbd import SBD, find_sbd, unpacked_sbd
from .unpack import unpack


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


def voc_target(parts: Sequence[str]) -> Path | None:
    """Where a file of VOC's archive belongs below DATA_ROOT; `None` for what is not needed."""
    for index, part in enumerate(parts[:-1]):
        if part in (IMAGES, ANNOTATIONS, MASKS) or parts[index:index + 2] == LISTS.parts:
            return Path(*parts[index:])
    return None


def sbd_target(parts: Sequence[str]) -> Path | None:
    """Where a file of SBD's archive belongs below DATA_ROOT: class masks and lists; images are VOC's."""
    if parts[-2:-1] == ('cls', ) and parts[-1].endswith('.mat'):
        return Path(SBD, 'cls', parts[-1])
    if parts[-2:-1] == ('dataset', ) and parts[-1] in ('train.txt', 'val.txt'):
        return Path(SBD, parts[-1])
    return None
