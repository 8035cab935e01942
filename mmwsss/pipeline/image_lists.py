"""The images that a stage reads, and what tells whether they have changed."""
import os
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.config import Config

from mmwsss.engine.file_writing import MASK_STEPS
from mmwsss.engine.preflight import build_datasets
from mmwsss.utils.errors import InputError

# Training lists of the networks whose labels an earlier stage writes.
MADE = (('irnet', 'train'), ('segmentor', 'train'))


def dataset_of(network: str, cfg: Config, loop: str) -> dict[str, Any]:
    """The config of a data set, without the masks and CAMs that stages make themselves.

    Args:
        network: 'classifier', 'irnet' or 'segmentor'.
        cfg: its config.
        loop: 'train', 'val' or 'test'.
    """
    dataset = cfg[f'{loop}_dataloader'].to_dict()['dataset']
    without = ['LoadCAM']
    if (network, loop) in MADE:
        dataset['seg_map_dir'] = None
        without += MASK_STEPS
    if 'cam_dir' in dataset:
        dataset['cam_dir'] = None
    dataset['pipeline'] = [step for step in dataset['pipeline'] if step['type'] not in without]
    return dataset


def read_images(network: str, cfg: Config, loop: str) -> list[dict[str, Any]]:
    """What the data set of a loop knows of each image, when all that is read with them was found.

    Args:
        network: 'classifier', 'irnet' or 'segmentor'.
        cfg: its config.
        loop: 'train', 'val' or 'test'.

    Raises:
        InputError: a list, an image, labels or a mask are missing.
    """
    dataset = dataset_of(network, cfg, loop)
    short = Config({'default_scope': cfg.get('default_scope'), f'{loop}_dataloader': dict(dataset=dataset)})
    built = build_datasets(short, (loop, ))[loop]
    with_masks = any(step['type'] in MASK_STEPS for step in dataset['pipeline'])
    infos = [dict(built.get_data_info(index)) for index in range(len(built))]
    return infos if with_masks else [dict(info, seg_map_path=None) for info in infos]


def name_of(info: dict[str, Any]) -> str:
    """The id of an image, or its path where the data set gives none."""
    return info.get('img_id') or info['img_path']


def images_mark(infos: Sequence[dict[str, Any]]) -> str:
    """The number of images, and a checksum of their ids, image-level labels, and the sizes of their files.

    Contents are not read, and times do not count: a data set that was copied is the same.

    Args:
        infos: from :func:`read_images`.
    """
    checksum = 0
    for info in infos:
        labels = np.flatnonzero(info.get('gt_score', ())).tolist()
        sizes = [_size(info.get(key)) for key in ('img_path', 'seg_map_path')]
        checksum = zlib.crc32(repr((os.path.basename(name_of(info)), labels, sizes)).encode(), checksum)
    return f'{len(infos)} images {checksum:08x}'


def require_plain_dataset(cfg: Config, loop: str, path: str) -> None:
    """See that a loop has a data set whose folders a pipeline can set.

    Args:
        cfg: of a network.
        loop: 'train', 'val' or 'test'.
        path: of the config, for the message.

    Raises:
        InputError: there is none, or it is a wrapper of others.
    """
    loader = cfg.get(f'{loop}_dataloader')
    dataset = loader.get('dataset') if loader else None
    if not dataset or 'pipeline' not in dataset:
        kind = f'a {dataset["type"]}, which wraps others' if dataset else 'missing'
        raise InputError(f'{loop}_dataloader.dataset of {path} is {kind}. A pipeline sets its folders, so give a data '
                         'set with a list and a pipeline of its own.')


def _size(path: str | None) -> int:
    """Bytes of a file; 0 where it is none of this machine."""
    return os.path.getsize(path) if path and os.path.isfile(path) else 0
