"""Making the localization cues of a data set from CAM files."""
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config

from mmwsss.datasets import ImageLabelDataset
from mmwsss.pseudo_labels.cue_file import write_cues
from mmwsss.pseudo_labels.cues import cam_to_cues, check_cue_settings
from mmwsss.utils.errors import InputError, first_names
from mmwsss.utils.progress import track

from .image_with_cam import read_image_with_cam

DEFAULTS: dict[str, Any] = dict(grid=(41, 41), fg_thr=0.2, bg_share=0.1)


def cue_settings(cfg: Config) -> dict[str, Any]:
    """Return the settings of :func:`cam_to_cues`, the config's `cues` over the defaults.

    Raises:
        InputError: one is unknown or out of range.
    """
    settings = {**DEFAULTS, **(cfg.get('cues') or {})}
    strangers = sorted(set(settings) - set(DEFAULTS))
    if strangers:
        raise InputError(f'cues of {cfg.filename} sets {", ".join(strangers)}, but its settings are '
                         f'{", ".join(DEFAULTS)}. Correct the name.')
    settings['grid'] = list(settings['grid'])
    check_cue_settings(**settings)
    return settings


def make_cues(dataset: ImageLabelDataset, out: Path, settings: dict[str, Any]) -> int:
    """Write the cue files of all images that have none yet, `<img_id>.npz`.

    Args:
        dataset: with `cam_dir`. With labels, maps of other classes are left out, and an image whose labels name no
            class is all background; without labels, an image whose CAM file has no map is.
        out: folder of the files.
        settings: of :func:`cam_to_cues`.

    Returns:
        How many were written.

    Raises:
        InputError: an image or its CAM is damaged, they do not match, or the CAM lacks a labelled class.
    """
    infos = [dataset.get_data_info(index) for index in range(len(dataset))]
    left = [info for info in infos if not (out / f"{info['img_id']}.npz").is_file()]
    classes = ('background', *dataset.image_classes)
    for info in track(left, 'cues'):
        write_cues(out / f"{info['img_id']}.npz", _cues_of(info, classes, settings), classes)
    return len(left)


def _cues_of(info: dict[str, Any], classes: Sequence[str], settings: dict[str, Any]) -> np.ndarray:
    """The cues of one image, `(C, h, w)`."""
    _, cam, keys = read_image_with_cam(info['img_path'], info['cam_path'], classes[1:], info.get('backend_args'))
    if 'gt_score' in info:
        labelled = np.flatnonzero(info['gt_score'] > 0)
        without = [classes[1 + key] for key in labelled if key not in keys]
        if without:
            raise InputError(f"{info['cam_path']} has no map of {first_names(without)}, which the labels of "
                             f"{info['img_path']} name. Make the CAMs of this list with its labels "
                             "(model.test_cfg.labels='gt', as by default), or correct the labels.")
        named = np.isin(keys, labelled)
        cam, keys = cam[named], keys[named]
    found = cam_to_cues(cam, **settings)
    whole = np.zeros((len(classes), *found.shape[1:]), dtype=np.uint8)
    whole[[0, *(keys + 1)]] = found
    return whole
