"""Checking that a loss of the image learns which part of a crop is padding."""
from collections.abc import Iterable, Iterator
from typing import Any

from mmseg.datasets.transforms import PackSegInputs

from mmwsss.utils.errors import InputError

from .transforms import RandomCropPad


def require_crop_windows(dataset: Any) -> None:
    """Check that pipelines with `RandomCropPad` pack its `crop_window`, which MMSeg's packing leaves out by default.

    It can only be seen in the pipeline: MMSeg's data preprocessor sets `img_shape` and `pad_shape` anew, so a sample
    does not tell a padded crop from a full one. Crops without padding (MMSeg's `RandomCrop`) pass, as the padding of a
    batch is known from `img_shape`.

    Args:
        dataset: of the training of a model with an `image_loss`; also wrapped, as by `ConcatDataset`.

    Raises:
        InputError: a pipeline does not pack it.
    """
    for part in getattr(dataset, 'datasets', None) or [getattr(dataset, 'dataset', None)]:
        if part is not None:
            require_crop_windows(part)
    steps = list(_flat([getattr(dataset, 'pipeline', ())]))
    pads = next((step for step in steps if isinstance(step, RandomCropPad)), None)
    packs = next((step for step in steps if isinstance(step, PackSegInputs) and 'crop_window' not in step.meta_keys),
                 None)
    if pads is not None and packs is not None:
        raise InputError('model.image_loss must know which part of a crop is padding, but '
                         f"{type(packs).__name__} after {type(pads).__name__} does not pack it. Add 'crop_window' to "
                         'its meta_keys in the training pipeline; configs/_base_/models/gated_crf.py has the list as '
                         'image_loss_meta_keys.')


def _flat(steps: Iterable[Any]) -> Iterator[Any]:
    """All steps, also inside wrappers such as `RandomApply`."""
    for step in steps:
        if isinstance(step, list | tuple):
            yield from _flat(step)
        else:
            yield step
            yield from _flat(getattr(step, 'transforms', None) or ())
