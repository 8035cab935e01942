"""Reading parameter files of MXNet, without MXNet.

The file is a list of arrays, then a list of names: little-endian, the number 0x112 and a reserved one, the number of
arrays and the arrays, the number of names and the names, all numbers with 8 bytes. An array begins with 4 bytes: the
mark of a version, or in files of 2016 the number of its dimensions. Dense arrays only.
"""
import math
import os
import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from torch import Tensor

from mmwsss.utils.errors import InputError

FILE_MARK = 0x112
SIDES_OF_8_BYTES = 0xF993FAC8  # since 2017
WITH_STORAGE_TYPE = (0xF993FAC9, 0xF993FACA)  # since MXNet 1.0, and with NumPy's shapes
TYPES = ('<f4', '<f8', '<f2', 'u1', '<i4', 'i1', '<i8')
MOST_DIMENSIONS = 32


def is_mxnet_params(path: str | os.PathLike) -> bool:
    """Whether a file begins as MXNet's parameter files do; False if there is none."""
    path = Path(path).expanduser()
    if not path.is_file():
        return False
    with open(path, 'rb') as file:
        return file.read(16) == struct.pack('<QQ', FILE_MARK, 0)


def read_mxnet_params(path: str | os.PathLike) -> dict[str, Tensor]:
    """Read the named arrays of a file that `mxnet.nd.save` wrote.

    Args:
        path: e.g. `ilsvrc-cls_rna-a1_cls1000_ep-0001.params`.

    Returns:
        Name -> tensor; MXNet's names begin with `arg:` (weights) and `aux:` (statistics).

    Raises:
        InputError: the file is missing, truncated, of another format, or has sparse arrays.
    """
    path = Path(path).expanduser()
    if not is_mxnet_params(path):
        raise InputError(f'{path} is not a parameter file of MXNet. Give a .params file.')
    with open(path, 'rb') as file:
        try:
            file.seek(16)
            arrays = [_array(file) for _ in range(_number(file, '<Q'))]
            names = [_read(file, _number(file, '<Q')).decode('utf-8') for _ in range(_number(file, '<Q'))]
            if len(names) != len(arrays) or file.read(1):
                raise ValueError(f'{len(arrays)} arrays, {len(names)} names')
        except ValueError as error:
            raise InputError(f'{path} cannot be read as a parameter file of MXNet ({error}): it is truncated, damaged '
                             'or of a newer version. Download it again.') from error
    return dict(zip(names, arrays, strict=True))


def _array(file: BinaryIO) -> Tensor:
    """Read one array."""
    mark = _number(file, '<I')
    dimensions, side = mark, '<I'
    if mark == SIDES_OF_8_BYTES or mark in WITH_STORAGE_TYPE:
        if mark in WITH_STORAGE_TYPE and _number(file, '<i') != 0:
            raise ValueError('a sparse array')
        dimensions, side = _number(file, '<I'), '<q'
    if dimensions > MOST_DIMENSIONS:
        raise ValueError(f'an array of {dimensions} dimensions')
    shape = [_number(file, side) for _ in range(dimensions)]
    if not shape:
        raise ValueError('an empty array')
    _read(file, 8)  # type and number of the device
    kind = _number(file, '<i')
    if not 0 <= kind < len(TYPES):
        raise ValueError(f'type {kind}')
    dtype = np.dtype(TYPES[kind])
    content = np.frombuffer(_read(file, math.prod(shape) * dtype.itemsize), dtype).reshape(shape)
    return torch.from_numpy(content.copy())


def _number(file: BinaryIO, kind: str) -> int:
    return struct.unpack(kind, _read(file, struct.calcsize(kind)))[0]


def _read(file: BinaryIO, count: int) -> bytes:
    """Read exactly `count` bytes."""
    here = file.tell()
    left = file.seek(0, os.SEEK_END) - here
    file.seek(here)
    if not 0 <= count <= left:
        raise ValueError(f'{count} bytes wanted, {left} left')
    return file.read(count)
