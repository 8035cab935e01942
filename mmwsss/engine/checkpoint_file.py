"""Reading `torch.save` files without running code in them."""
import pickle
import tarfile
import types
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.logging import HistoryBuffer
from torch import _weights_only_unpickler

from mmwsss.utils.safe_load import TYPES, latin1_bytes

NUMBERS = ('bool', 'int32', 'int64', 'uint32', 'float32', 'float64')
STATISTICS = ('current', 'max', 'mean', 'min')  # methods of HistoryBuffer in its pickles
ZIP_START = b'PK\x03\x04'  # torch.load detects its zip format by this


def load_safely(path: Path, lazy: bool = True) -> Any:
    """Read tensors and what MMEngine saves with them: its logs and NumPy numbers.

    Args:
        path: a file written by `torch.save`.
        lazy: leave tensors in the file until they are used; the file must not change meanwhile.

    Raises:
        Exception: of any type, if the file is damaged or contains anything else.
    """
    with open(path, 'rb') as file:
        is_zip = file.read(len(ZIP_START)) == ZIP_START
    if is_zip and 'constants.pkl' in torch._C.PyTorchFileReader(str(path)).get_all_records():
        raise pickle.UnpicklingError('it is a TorchScript archive, which is a program')
    if not is_zip and tarfile.is_tarfile(path):
        raise pickle.UnpicklingError('it is a tar archive, as PyTorch 0.1 wrote them')
    try:
        return _load_with_torch(path, lazy)
    except (AttributeError, pickle.UnpicklingError):  # PyTorch < 2.6, or a file of another NumPy
        return _load_with_own_unpickler(path)


def _load_with_torch(path: Path, lazy: bool) -> Any:
    """Use PyTorch's safe loader, which since 2.6 also takes a function of ours for the name in the file."""
    known = torch.serialization.get_safe_globals()  # on exit, safe_globals would remove types allowed by others
    allowed: list[Any] = [HistoryBuffer, (_statistic, 'builtins.getattr'), *TYPES.values(),
                          *(type(np.dtype(name)) for name in NUMBERS)]
    with torch.serialization.safe_globals([item for item in allowed if item not in known]):
        return torch.load(path, map_location='cpu', weights_only=True, mmap=lazy and zipfile.is_zipfile(path))


def _load_with_own_unpickler(path: Path) -> Any:
    """The same with our own loader, for older PyTorch versions and files of NumPy 1 and 2."""
    return torch.load(path, map_location='cpu', weights_only=False, pickle_module=_PICKLE)


def _statistic(owner: type, name: str) -> Any:
    """Stands in for the getattr in pickles of HistoryBuffer, because the real one can reach any module."""
    if owner is not HistoryBuffer or name not in STATISTICS:
        raise pickle.UnpicklingError(f'attribute {name} of {owner}')
    return getattr(HistoryBuffer, name)


def _rebuild_from_type(function: Callable, *args: Any) -> Any:
    """Stands in for PyTorch's function, which would call any other one."""
    if getattr(function, '__module__', None) != 'torch._utils':
        raise pickle.UnpicklingError(f'it calls {function}')
    return torch._tensor._rebuild_from_type_v2(function, *args)


_ALLOWED = {
    **TYPES,
    # On the lists of newer PyTorch versions only.
    **{f'builtins.{kind.__name__}': kind for kind in (bytearray, complex, set)},
    **{str(value): value for value in vars(torch).values() if isinstance(value, torch.dtype)},
    'collections.Counter': Counter,
    'torch.device': torch.device,
    '_codecs.encode': latin1_bytes,
    'builtins.getattr': _statistic,
    'mmengine.logging.history_buffer.HistoryBuffer': HistoryBuffer,
    'torch._tensor._rebuild_from_type_v2': _rebuild_from_type,
}


# Based on Python's version, not C's: only there a subclass can reject single instructions.
class _Unpickler(pickle._Unpickler):
    """An unpickler that allows only tensors and `_ALLOWED`, and never modifies a class or function.

    Nor does it compare a network's source code with that in a file, for which PyTorch may write a patch.
    """

    dispatch = dict(pickle._Unpickler.dispatch)

    def find_class(self, module: str, name: str) -> Any:
        path = f"{module.replace('__builtin__', 'builtins')}.{name}"
        for allowed in (_ALLOWED, _weights_only_unpickler._get_allowed_globals()):
            if path in allowed:
                return allowed[path]
        raise pickle.UnpicklingError(f'it needs {path}')

    def load_build(self) -> None:
        target = self.stack[-2]  # type: ignore[attr-defined]
        if callable(target):
            raise pickle.UnpicklingError(f'it modifies {target}')
        super().load_build()  # type: ignore[misc]

    dispatch[pickle.BUILD[0]] = load_build  # type: ignore[assignment]

    def load_binpersid(self) -> None:
        kind = self.stack[-1][0]  # type: ignore[attr-defined]
        if kind not in ('storage', b'storage'):
            raise pickle.UnpicklingError(f'it stores a {kind}')
        super().load_binpersid()  # type: ignore[misc]

    dispatch[pickle.BINPERSID[0]] = load_binpersid  # type: ignore[assignment]


def _load(file: Any, **kwargs: Any) -> Any:
    return _Unpickler(file, **kwargs).load()


_PICKLE = types.ModuleType('checkpoint_pickle')  # for torch.load's pickle_module
_PICKLE.Unpickler, _PICKLE.load = _Unpickler, _load  # type: ignore[attr-defined]
