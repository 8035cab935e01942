"""Reading the pickled dictionaries that WSSS projects pass around, without running what they hold."""
import io
import os
import pickle
from typing import Any

import numpy as np
import torch

from .errors import InputError

_NUMPY = ('numpy.core.multiarray', 'numpy._core.multiarray', 'numpy.core.numeric', 'numpy._core.numeric')
_ALLOWED = {(module, name) for module in _NUMPY for name in ('_reconstruct', 'scalar', '_frombuffer')}
_ALLOWED |= {('numpy', 'ndarray'), ('numpy', 'dtype'), ('collections', 'OrderedDict'),
             ('torch._utils', '_rebuild_tensor_v2'), ('_codecs', 'encode')}


def _load_storage(content: bytes) -> Any:
    """A tensor's storage inside a pickle is a file of its own; PyTorch reads it with tensors only."""
    return torch.load(io.BytesIO(content), map_location='cpu', weights_only=True)


class _Unpickler(pickle.Unpickler):
    """Builds NumPy arrays, torch tensors and plain containers, and refuses every other global."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ('torch.storage', '_load_from_bytes'):
            return _load_storage
        if (module, name) in _ALLOWED or (module == 'numpy.dtypes' and name.endswith('DType')):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f'it asks for {module}.{name}')


def load_npy_dict(path: str | os.PathLike) -> dict:
    """Read a dictionary that was written by `numpy.save` or `pickle.dump`.

    Only dictionaries, lists, tuples, strings, numbers, NumPy arrays and torch tensors are built; a file that asks
    for anything else is refused before it can run.

    Args:
        path: the file.

    Returns:
        The dictionary.

    Raises:
        InputError: naming the file and what is wrong with it.
    """
    try:
        with open(path, 'rb') as file:
            if file.read(6) == np.lib.format.MAGIC_PREFIX:
                file.seek(0)
                version = np.lib.format.read_magic(file)
                read = {(1, 0): np.lib.format.read_array_header_1_0}.get(version, np.lib.format.read_array_header_2_0)
                shape, _, dtype = read(file)
                if not dtype.hasobject:
                    raise InputError(f'{path} holds a plain array, not a dictionary.')
                content = _Unpickler(file).load()
            else:
                file.seek(0)
                content = _Unpickler(file).load()
    except OSError as error:
        raise InputError(f'{path} cannot be read: {error}.') from error
    except InputError:
        raise
    except pickle.UnpicklingError as error:
        raise InputError(f'{path} is refused or damaged: {error}. Only dictionaries of arrays are read.') from error
    except Exception as error:  # a damaged pickle raises whatever its bytes happen to ask for
        raise InputError(f'{path} is damaged or no dictionary of arrays: {error!r}.') from error
    if isinstance(content, np.ndarray) and content.dtype == object and content.size == 1:
        content = content.item()
    if not isinstance(content, dict):
        raise InputError(f'{path} holds a {type(content).__name__}, not a dictionary.')
    return content
