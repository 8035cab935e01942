"""Which images can be decoded."""
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from mmengine.dist import is_main_process
from mmengine.logging import print_log

from mmwsss.utils.errors import InputError, first_names
from mmwsss.utils.progress import track

from .transforms.load_image import read_image


def decodable(paths: Sequence[str], backend_args: dict | None = None) -> list[bool]:
    """Decode every image once; one warning names those that fail.

    Args:
        paths: of the images.
        backend_args: of MMEngine's file backend.

    Returns:
        Whether each image can be decoded.

    Raises:
        InputError: none can.
    """
    def decodes(path: str) -> bool:
        try:
            read_image(path, backend_args=backend_args)
        except InputError:
            return False
        return True

    with ThreadPoolExecutor() as pool:  # decoding releases the interpreter lock
        good = list(track(pool.map(decodes, paths), 'decoding images', len(paths), disable=not is_main_process()))
    bad = [path for path, fine in zip(paths, good, strict=True) if not fine]
    if not any(good):
        raise InputError(f'None of the {len(paths)} images can be decoded, e.g. {first_names(bad)}. Set '
                         'data_prefix.img_path and ann_file of the dataset to images that can.')
    if bad:
        print_log(f'Skipping {len(bad)} of {len(paths)} images that cannot be decoded: {", ".join(bad)}',
                  'current', logging.WARNING)
    return good
