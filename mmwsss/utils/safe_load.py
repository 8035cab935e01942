"""Reading pickled dictionaries, as WSSS projects share them, without running code in the file.

`np.save(path, {...})` writes a pickle, and unpickling runs any function that the file names. This loader only
rebuilds containers, numbers, strings, NumPy arrays and CPU tensors.
"""
import codecs
import io
import os
import pickle
from collections import OrderedDict
from typing import Any

import numpy as np
import torch
from numpy.lib import format as npy_format

from mmwsss.utils.errors import InputError

try:
    from numpy._core import multiarray, numeric
except ImportError:  # NumPy 1
    from numpy.core import multiarray, numeric  # type: ignore[no-redef]


def latin1_bytes(text: str, encoding: str = 'latin1') -> bytes:
    """Rebuild `bytes` from pickles of protocol 2 and below."""
    if encoding != 'latin1':
        raise pickle.UnpicklingError(f'bytes encoded as {encoding}')
    return codecs.encode(text, 'latin1')


def _empty_bytes() -> bytes:
    """Rebuild `b''`, e.g. of an empty array, from pickles of protocol 2 and below."""
    return b''


def _storage_from_bytes(data: bytes) -> Any:
    """Load a tensor's storage safely instead of with the unrestricted loader that the pickle names."""
    if data.startswith(b'PK'):  # PyTorch pickles none as a zip file, and below 2.6 runs programs of TorchScript
        raise pickle.UnpicklingError('a tensor in a zip file')
    return torch.load(io.BytesIO(data), map_location='cpu', weights_only=True)


def _frombuffer(*args: Any) -> np.ndarray:
    return numeric._frombuffer(*args)  # type: ignore[attr-defined]


def _rebuild_tensor(*args: Any) -> torch.Tensor:
    return torch._utils._rebuild_tensor_v2(*args)


TYPES = {
    'numpy.ndarray': np.ndarray,
    'numpy.dtype': np.dtype,
    'collections.OrderedDict': OrderedDict,
    **{f'numpy.{core}.multiarray.{name}': getattr(multiarray, name)
       for core in ('core', '_core') for name in ('_reconstruct', 'scalar')},
}
# Our own wrappers, because a pickle may set attributes of the functions it gets.
_FUNCTIONS = {
    'numpy.core.numeric._frombuffer': _frombuffer,
    'numpy._core.numeric._frombuffer': _frombuffer,
    '_codecs.encode': latin1_bytes,
    '__builtin__.bytes': _empty_bytes,
    'builtins.bytes': _empty_bytes,
    'torch._utils._rebuild_tensor_v2': _rebuild_tensor,
    'torch.storage._load_from_bytes': _storage_from_bytes,
}


class _DictUnpickler(pickle.Unpickler):
    """An unpickler that only allows the parts of a dictionary of arrays."""

    def __init__(self, file: io.BufferedIOBase, path: str) -> None:
        super().__init__(file, encoding='latin1')  # for arrays from Python 2
        self.path = path

    def find_class(self, module: str, name: str) -> Any:
        path = f'{module}.{name}'
        if path in TYPES:
            return TYPES[path]
        if path in _FUNCTIONS:
            return _FUNCTIONS[path]
        raise InputError(f'{self.path} was not loaded because it could run code: it needs {path}. Save the data again '
                         'as a plain dictionary of NumPy arrays.')


def _skip_npy_header(file: io.BufferedIOBase, path: str) -> None:
    """Skip the header of an `.npy` file, which must contain an object."""
    major, _ = npy_format.read_magic(file)
    read_header = (npy_format.read_array_header_1_0 if major == 1
                   else npy_format.read_array_header_2_0)
    shape, _, dtype = read_header(file)
    if not dtype.hasobject:
        raise InputError(f'{path} contains a {dtype} array of shape {shape}, not a dictionary. '
                         'Save a dictionary with np.save(path, {...}).')


def load_npy_dict(path: str | os.PathLike) -> dict:
    """Read a dictionary from a NumPy object file (`np.save(path, {...})`) or a plain pickle.

    Allows only `dict`, `list`, `tuple`, `set`, `str`, `bytes`, numbers, `None`, NumPy arrays, scalars and dtypes, and
    torch tensors, which are loaded on the CPU.

    Args:
        path: the `.npy` or pickle file.

    Returns:
        The dictionary.

    Raises:
        InputError: the file is missing, damaged or truncated, contains other objects, or is not a dictionary.
    """
    path = os.fspath(path)
    try:
        with open(path, 'rb') as file:
            if file.peek(len(npy_format.MAGIC_PREFIX)).startswith(npy_format.MAGIC_PREFIX):
                _skip_npy_header(file, path)
            value = _DictUnpickler(file, path).load()
    except InputError:
        raise
    except FileNotFoundError as error:
        raise InputError(f'{path} does not exist. Check the path.') from error
    except IsADirectoryError as error:
        raise InputError(f'{path} is a folder. Give the path of a file.') from error
    except Exception as error:  # a damaged pickle may raise anything
        raise InputError(f'{path} cannot be read as a pickled dictionary ({error}): it is damaged, truncated or in '
                         'another format. Download or write it again.') from error
    if isinstance(value, np.ndarray) and value.dtype == object and value.shape == ():
        value = value.item()
    if not isinstance(value, dict):
        raise InputError(f'{path} contains a {type(value).__name__}, not a dictionary. '
                         'Save a dictionary with np.save(path, {...}).')
    return value
