"""The size of images that a network was trained for."""
from collections.abc import Sequence
from typing import Any

from mmengine.config import Config

RESIZING = ('ResizeLongSide', 'Resize', 'RandomResize', 'ResizeShortestEdge')  # a test with these has a size of its own


def training_scale(cfg: Config) -> int | None:
    """The long side, in pixels, above which images are larger than any in training.

    It is the largest of `RandomResizeLongSide`, or twice the crop where images are scaled relative to their own size.

    Args:
        cfg: of a network.

    Returns:
        `None` if the test pipeline chooses a size itself, or the training pipeline does not tell one.
    """
    tested, trained = _steps(cfg, 'test'), _steps(cfg, 'train')
    if any(step['type'] in RESIZING for step in tested):
        return None
    steps = {step['type']: step for step in trained if isinstance(step['type'], str)}
    if 'RandomResizeLongSide' in steps:
        return int(steps['RandomResizeLongSide'].get('max_size', 640))
    if 'RandomScale' in steps and 'RandomCropPad' in steps:
        return 2 * max(steps['RandomCropPad']['crop_size'])
    return None


def _steps(cfg: Config, loop: str) -> Sequence[dict[str, Any]]:
    loader = cfg.get(f'{loop}_dataloader') or {}
    return (loader.get('dataset') or {}).get('pipeline') or ()
