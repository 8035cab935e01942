"""One mask of SBD, from MATLAB's format to a palette PNG."""
import os

import numpy as np
from converter_parts.messages import some
from converter_parts.mmwsss_utils import atomic_path
from PIL import Image
from voc_layout.names import CLASSES, VOID
from voc_layout.palette import palette_image


def convert_sbd_mask(task: tuple[str, str, str]) -> str:
    """Convert one mask of SBD.

    Args:
        task: paths of the .mat file, the image and the PNG to write.

    Returns:
        'written', 'present', or what is wrong. Not raised: one bad file shall not stop the others.
    """
    source, image, target = task
    try:
        with Image.open(image) as file:
            size = file.size
    except OSError as error:
        return f'{image} cannot be read ({type(error).__name__})'
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
        return f'{source} has the shape {mask.shape}, the image {size[::-1]}'
    if not np.isin(mask, [*range(len(CLASSES)), VOID]).all():
        return f'{source} has values that are no classes of VOC: {some(np.setdiff1d(mask, range(len(CLASSES))))}'
    with atomic_path(target) as temporary:
        palette_image(mask.astype(np.uint8)).save(temporary)
    return 'written'


def is_good_mask(path: str, size: tuple[int, int]) -> bool:
    """Whether a mask exists, decodes and has the size (width, height)."""
    try:
        with Image.open(path) as file:
            file.load()
            return file.size == size and file.mode in ('P', 'L')
    except (OSError, SyntaxError):  # PIL's word for a broken PNG
        return False
