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
HIGH_RES = ('high_res', 'attn_highres', 'highres')  # names of maps at the image's size, the preferred first
HIGHEST = 1.01  # resizing and rounding may lift normalised maps slightly above 1


@dataclass(frozen=True)
class CAMFile:
    """The class activation maps of one image.

    Attributes:
        keys: `(K,)` int64, the image classes 0..L-1 of the maps, without background; the segmentation classes are
            `keys + 1`.
        cam: `(K, h, w)` float32 in [0, 1].
        size: height and width of the image; `None` if not in the file.
        classes: the L names of the image classes; `None` if not in the file.
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
        path: ends in `.npz`; written atomically.
        cam: `(K, ceil(H / 4), ceil(W / 4))` in [0, 1], normalised to maximum 1, on any device.
        keys: `(K,)` their image classes, 0..L-1.
        size: height and width `(H, W)` of the image.
        classes: names of the L image classes, without background.

    Raises:
        InputError: shapes or values do not fit, or the path does not end in `.npz`.
    """
    path = Path(path)
    if path.suffix != '.npz':
        raise InputError(f'CAM files must end in .npz, got {path}.')
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
        path: an `.npz` from :func:`write_cam`, or an `.npy` with a dictionary of NumPy arrays or torch tensors:

            * `{'keys': (K,), 'cam': (K, h, w), 'high_res': (K, H, W)}` from IRN, AdvCAM and VWE; one of the maps
              may be missing. `cam` is preferred; `high_res` gives the image's size. CLIP-ES calls its maps
              `attn_highres` (refined by attention, preferred) and `highres`;
            * `{image class: (H, W), ...}` from PSA and SEAM. SEAM's are negative where a class is weakest; these
              values become 0.

            In both, 0 is the first image class, not the background.

    Returns:
        The content. `cam` keeps the resolution of the file: stride 4 for `.npz`.

    Raises:
        InputError: the file is missing, damaged or truncated, has another format or other pickled objects, or a map
            is not finite and in [0, 1].
    """
    path = Path(path)
    if path.suffix == '.npz':
        content = _checked(path, **_read_npz(path))
        _check_stride(path, content)
        return content
    if path.suffix == '.npy':
        return _checked(path, **_from_dictionary(path, load_npy_dict(path)))
    raise InputError(f'CAM files must end in .npz or .npy, got {path}.')


def _read_npz(path: Path) -> dict[str, Any]:
    """The arguments of :func:`_checked` from our own file format."""
    if not path.is_file():
        raise InputError(f'{path} does not exist. Check the folder, or make the CAMs first.')
    try:
        with np.load(path, allow_pickle=False) as file:
            found = {name: file[name] for name in file.files}
    except Exception as error:  # a damaged archive may raise anything
        raise InputError(f'{path} cannot be read as a CAM file ({error}): it is damaged, truncated or in another '
                         'format. Delete it and make the CAM again.') from error
    names = {'keys', 'cam', 'size', 'classes'}
    if set(found) != names:
        raise InputError(f'{path} is not a CAM file: it contains {sorted(found)} instead of {sorted(names)}. Make the '
                         'CAM again.')
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
    if not {'keys'} < set(arrays) <= {'keys', 'cam', *HIGH_RES}:
        names = ' or '.join(map(repr, ('cam', *HIGH_RES)))
        raise InputError(f"{path} has the entries {list(arrays)}. They must be 'keys' with {names}, or an image class "
                         'number for each map.')
    size = None
    full = [name for name in HIGH_RES if name in arrays]
    for name in full:
        shape = arrays[name].shape
        if len(shape) != 3 or shape[0] != arrays['keys'].size:
            raise InputError(f'{path}: {name!r} must be (K, H, W) for {arrays["keys"].size} classes, got {shape}.')
        size = shape[1:]
    return dict(keys=arrays['keys'], cam=arrays['cam' if 'cam' in arrays else full[0]], size=size, classes=None)


def _from_maps(path: Path, maps: dict[int, np.ndarray]) -> dict[str, Any]:
    shapes = {array.shape for array in maps.values()}
    if len(shapes) > 1 or any(len(shape) != 2 for shape in shapes):
        raise InputError(f'{path}: all maps must have the same size (H, W), got the shapes {sorted(shapes)}.')
    if not maps:  # an image without any class
        return dict(keys=np.zeros(0, np.int64), cam=np.zeros((0, 0, 0)), size=None, classes=None)
    keys = np.array(list(maps), dtype=np.int64)
    cam = np.stack(list(maps.values()))
    return dict(keys=keys, cam=np.where(cam < 0, 0, cam), size=shapes.pop(), classes=None)


def _checked(path: Path, keys: Any, cam: Any, size: Sequence[int] | None,
             classes: Sequence[str] | None) -> CAMFile:
    """Check the content and convert it to its types."""
    keys, cam = _array(path, keys), _array(path, cam)
    if keys.ndim != 1 or (keys.size and keys.dtype.kind not in 'iu'):
        raise InputError(f'{path}: keys must be integers (K,), got {keys.dtype} {keys.shape}.')
    if cam.dtype.kind not in 'fiu' or cam.ndim != 3 or len(cam) != len(keys):
        raise InputError(f'{path}: the CAM must be numbers (K, h, w) for {len(keys)} classes, got {cam.dtype} '
                         f'{cam.shape}.')
    if len(cam) and not cam.size:
        raise InputError(f'{path}: the CAM of shape {cam.shape} is empty. Make it again.')
    highest = np.inf if classes is None else len(classes) - 1
    if len(keys) and not 0 <= keys.min() <= keys.max() <= highest:
        raise InputError(f'{path}: keys must be image classes in 0..{highest} (0 is the first class, not the '
                         f'background), got {keys.tolist()}.')
    if len(np.unique(keys)) < len(keys):
        raise InputError(f'{path}: the keys {keys.tolist()} repeat a class. Write one map per class.')
    # Comparisons with NaN are false.
    if cam.size and not 0 <= cam.min() <= cam.max() <= HIGHEST:
        raise InputError(f'{path}: CAM values must be finite and in [0, 1], got {cam.min()} to {cam.max()}. Divide '
                         'each map by its maximum.')
    if size is not None and (len(size) != 2 or min(size) < 1):
        raise InputError(f'{path}: size must be the height and width of the image, got {tuple(size)}.')
    return CAMFile(
        keys=keys.astype(np.int64),
        cam=cam.astype(np.float32),
        size=None if size is None else (int(size[0]), int(size[1])),
        classes=None if classes is None else tuple(classes))


def _check_stride(path: Path, content: CAMFile) -> None:
    expected = content.size and strided_size(content.size, STRIDE)
    if content.cam.shape[1:] != expected:
        raise InputError(f'{path}: maps of an image of size {content.size} must have the size {expected} (stride '
                         f'{STRIDE}), got {content.cam.shape[1:]}.')


def _array(path: Path, value: Any) -> np.ndarray:
    if isinstance(value, Tensor):
        value = value.detach().cpu()
        value = value.float() if value.is_floating_point() else value  # NumPy has no bfloat16
    try:
        return np.asarray(value)
    except ValueError as error:
        raise InputError(f'{path}: a part of the CAM is not an array ({error}). Write it again.') from error
