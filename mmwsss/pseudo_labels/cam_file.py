"""Files of class activation maps: our own `.npz`, and the `.npy` dictionaries of other projects."""
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from mmwsss.utils.atomic import atomic_path
from mmwsss.utils.errors import InputError
from mmwsss.utils.safe_load import load_npy_dict

from .cam import strided_size

STRIDE = 4  # of the maps in `.npz` files
HIGHEST = 1.01  # normalised maps that were resized or rounded may exceed 1 a little


@dataclass(frozen=True)
class CAMFile:
    """The class activation maps of one image.

    Attributes:
        keys: `(K,)` int64, the image classes 0..L-1 of the maps. The background is no image class;
            as segmentation classes they are `keys + 1`.
        cam: `(K, h, w)` float32 in [0, 1].
        size: height and width of the image; `None` where the file does not tell.
        classes: the L names of the image classes; `None` where the file does not tell.
    """
    keys: np.ndarray
    cam: np.ndarray
    size: tuple[int, int] | None
    classes: tuple[str, ...] | None


def write_cam(path: str | os.PathLike,
              cam: np.ndarray | Tensor,
              keys: np.ndarray | Tensor,
              size: Sequence[int],
              classes: Sequence[str]) -> None:
    """Write the maps of an image as `.npz`: `keys` int64, `cam` float16, `size` and `classes`.

    Args:
        path: ends in `.npz`; a file there is replaced once the new one is complete.
        cam: `(K, ceil(H / 4), ceil(W / 4))` in [0, 1], normalised to maximum 1, on any device.
        keys: `(K,)` their image classes, 0..L-1.
        size: height and width `(H, W)` of the image.
        classes: names of the L image classes that the keys count, without background.

    Raises:
        InputError: shapes or values do not fit, or the name ends otherwise.
    """
    path = Path(path)
    if path.suffix != '.npz':
        raise InputError(f'{path} does not end in .npz. CAMs are written to <image>.npz.')
    content = _checked(path, keys, cam, size, classes)
    _check_stride(path, content)
    with atomic_path(path) as temporary:
        np.savez(
            temporary,
            keys=content.keys,
            cam=content.cam.astype(np.float16),
            size=np.array(content.size, dtype=np.int64),
            classes=np.array(content.classes, dtype=np.str_))


def read_cam(path: str | os.PathLike) -> CAMFile:
    """Read the maps of an image.

    Args:
        path: an `.npz` of :func:`write_cam`, or an `.npy` that holds a dictionary of NumPy arrays
            or torch tensors, one of

            * `{'keys': (K,), 'cam': (K, h, w), 'high_res': (K, H, W)}`, as of IRN, AdvCAM and VWE,
              where one of the maps may be missing. `cam` is preferred; `high_res` has the size;
            * `{image class: (H, W), ...}`, as of PSA and SEAM.

            In both, classes are image classes: 0 is the first class and not the background.

    Returns:
        The content. `cam` keeps the resolution of the file: stride 4 for `.npz`.

    Raises:
        InputError: there is no such file, it is damaged or truncated, or its content is not one of
            these; maps must be finite and in [0, 1]. Nothing else that an `.npy` may pickle is
            loaded.
    """
    path = Path(path)
    if path.suffix == '.npz':
        content = _checked(path, **_read_npz(path))
        _check_stride(path, content)
        return content
    if path.suffix == '.npy':
        return _checked(path, **_from_dictionary(path, load_npy_dict(path)))
    raise InputError(f'{path} ends neither in .npz nor in .npy. CAMs are read from these.')


def _read_npz(path: Path) -> dict[str, Any]:
    """The arguments of :func:`_checked` from a file of ours."""
    if not path.is_file():
        raise InputError(f'{path} does not exist. Check the folder, or make the CAMs first.')
    try:
        with np.load(path, allow_pickle=False) as file:
            found = {name: file[name] for name in file.files}
    except Exception as error:  # a damaged archive may raise anything
        raise InputError(f'{path} cannot be read as a CAM file ({error}): it is damaged, truncated '
                         'or of another format. Delete it and make the CAM again.') from error
    names = {'keys', 'cam', 'size', 'classes'}
    if set(found) != names:
        raise InputError(f'{path} holds {sorted(found)} and not {sorted(names)}, so it is no CAM '
                         'file. Make the CAM again.')
    size, classes = found['size'], found['classes']
    if size.shape != (2, ) or size.dtype.kind not in 'iu':
        raise InputError(f'{path} has no height and width in `size`. Make the CAM again.')
    if classes.ndim != 1 or classes.dtype.kind != 'U':
        raise InputError(f'{path} has no class names in `classes`. Make the CAM again.')
    return dict(found, classes=classes.tolist())


def _from_dictionary(path: Path, content: Mapping[Any, Any]) -> dict[str, Any]:
    """The arguments of :func:`_checked` from a dictionary of another project."""
    arrays = {name: _array(path, value) for name, value in content.items()}
    if all(isinstance(name, int | np.integer) for name in arrays):
        return _from_maps(path, arrays)
    if not {'keys'} < set(arrays) <= {'keys', 'cam', 'high_res'}:
        raise InputError(f"{path} has the entries {list(arrays)}. A dictionary of CAMs has 'keys' "
                         "with 'cam' or 'high_res' or both, or the number of an image class for "
                         'each map.')
    size = None
    if 'high_res' in arrays:
        shape = arrays['high_res'].shape
        if len(shape) != 3 or shape[0] != arrays['keys'].size:
            raise InputError(f"{path}: 'high_res' of shape {shape} does not go with "
                             f"{arrays['keys'].size} classes. It must be (K, H, W).")
        size = shape[1:]
    cam = arrays['cam'] if 'cam' in arrays else arrays['high_res']
    return dict(keys=arrays['keys'], cam=cam, size=size, classes=None)


def _from_maps(path: Path, maps: dict[int, np.ndarray]) -> dict[str, Any]:
    shapes = {array.shape for array in maps.values()}
    if len(shapes) > 1 or any(len(shape) != 2 for shape in shapes):
        raise InputError(f'{path} holds maps of the shapes {sorted(shapes)}. All must be (H, W) '
                         'and of one size.')
    if not maps:  # an image without any class
        return dict(keys=np.zeros(0, np.int64), cam=np.zeros((0, 0, 0)), size=None, classes=None)
    keys = np.array(list(maps), dtype=np.int64)
    return dict(keys=keys, cam=np.stack(list(maps.values())), size=shapes.pop(), classes=None)


def _checked(path: Path, keys: Any, cam: Any, size: Sequence[int] | None,
             classes: Sequence[str] | None) -> CAMFile:
    """The content in its types, after everything fits."""
    keys, cam = _array(path, keys), _array(path, cam)
    if keys.ndim != 1 or (keys.size and keys.dtype.kind not in 'iu'):
        raise InputError(f'{path}: the keys are {keys.dtype} of shape {keys.shape}. They must be '
                         'integers (K,).')
    if cam.dtype.kind not in 'fiu' or cam.ndim != 3 or len(cam) != len(keys):
        raise InputError(f'{path}: a CAM of {cam.dtype} and shape {cam.shape} does not go with '
                         f'{len(keys)} classes. It must be numbers (K, h, w).')
    if len(cam) and not cam.size:
        raise InputError(f'{path}: the CAM of shape {cam.shape} is empty. Make it again.')
    highest = np.inf if classes is None else len(classes) - 1
    if len(keys) and not 0 <= keys.min() <= keys.max() <= highest:
        raise InputError(f'{path}: the keys {keys.tolist()} are not image classes in 0..{highest}. '
                         '0 is the first class, not the background.')
    if len(np.unique(keys)) < len(keys):
        raise InputError(f'{path}: the keys {keys.tolist()} repeat a class. Give it one map.')
    # Comparisons with NaN are false.
    if cam.size and not 0 <= cam.min() <= cam.max() <= HIGHEST:
        raise InputError(f'{path}: the CAM reaches from {cam.min()} to {cam.max()}. Its values '
                         'must be finite and in [0, 1]: divide each map by its maximum.')
    if size is not None and (len(size) != 2 or min(size) < 1):
        raise InputError(f'{path}: the size is {tuple(size)}. It must be the height and width of '
                         'the image.')
    return CAMFile(
        keys=keys.astype(np.int64),
        cam=cam.astype(np.float32),
        size=None if size is None else (int(size[0]), int(size[1])),
        classes=None if classes is None else tuple(classes))


def _check_stride(path: Path, content: CAMFile) -> None:
    expected = content.size and strided_size(content.size, STRIDE)
    if content.cam.shape[1:] != expected:
        raise InputError(f'{path}: the maps are {content.cam.shape[1:]} high and wide. For a '
                         f'image of {content.size} they must be {expected}, stride {STRIDE}.')


def _array(path: Path, value: Any) -> np.ndarray:
    if isinstance(value, Tensor):
        value = value.detach().cpu()
        value = value.float() if value.is_floating_point() else value  # NumPy has no bfloat16
    try:
        return np.asarray(value)
    except ValueError as error:
        raise InputError(f'{path}: a part of the CAM is no array ({error}). '
                         'Write it again.') from error
