"""Where SBD lies and which images it has."""
from collections.abc import Iterable
from pathlib import Path

from converter_parts.messages import warn
from converter_parts.mmwsss_utils import InputError
from voc_layout.split_list import read_list

from .published import SBD_COUNT, SBD_SOURCE

SBD = 'SBD'


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
        warn(f'SBD\'s lists in {sbd} name {len(ids)} images; the published ones name {SBD_COUNT}.')
    return ids
