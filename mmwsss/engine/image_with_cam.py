"""An image and its CAM file, for tools that turn CAMs into files to learn from."""
from collections.abc import Sequence

import numpy as np

from mmwsss.datasets import LoadCAM
from mmwsss.datasets.transforms.load_image import read_image


def read_image_with_cam(img_path: str, cam_path: str, image_classes: Sequence[str],
                        backend_args: dict | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Read an image and its CAM file.

    Args:
        img_path: the image file.
        cam_path: its CAM file.
        image_classes: the classes without background.
        backend_args: of the image's file backend.

    Returns:
        The image `(H, W, 3)` uint8 RGB, its CAM `(K, h, w)` float32 in [0, 1], and the image classes `(K,)` int64.

    Raises:
        InputError: a file is damaged, or the CAM is of another image size or has other classes.
    """
    image = np.ascontiguousarray(read_image(img_path, backend_args)[..., ::-1])
    loaded = LoadCAM().transform(dict(cam_path=cam_path, img_path=img_path, ori_shape=image.shape[:2],
                                      image_classes=image_classes))
    return image, loaded['cam'].numpy(), loaded['cam_keys'].numpy()
