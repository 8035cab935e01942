"""The images that a stage reads, and a fingerprint that tells whether they have changed."""
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from mmengine.config import Config

from mmwsss.engine.masks import has_masks
from mmwsss.engine.preflight import build_datasets
from mmwsss.engine.pruned_config import loads_masks
from mmwsss.utils.errors import InputError
from mmwsss.utils.provenance import digest

if TYPE_CHECKING:
    from .network import Network

PACKAGES = ('mmcv', 'mmpretrain', 'mmseg', 'mmwsss')  # whose steps we know


def read_images(network: 'Network', loop: str, stages: Iterable[str] = ()) -> list[dict[str, Any]]:
    """What the data set of a loop knows of each image; all files that are read with them exist.

    Masks, CAMs and other files that stages write themselves are left out.

    Args:
        network: of the pipeline.
        loop: 'train', 'val' or 'test'.
        stages: names of the stages; a setting with `{stage}` stands for an output that may not exist yet.

    Raises:
        InputError: a list, an image, labels or a mask are missing; the message names the config.
    """
    dataset = network.cfg[f'{loop}_dataloader'].to_dict()['dataset']
    made_labels = network.made_labels and loop == 'train'
    if made_labels:
        dataset['seg_map_dir'] = None
    if 'cam_dir' in dataset:
        dataset['cam_dir'] = None
    outputs = [f'{{{name}}}' for name in stages]
    dataset = {key: None if isinstance(value, str) and any(output in value for output in outputs) else value
               for key, value in dataset.items()}
    dataset['pipeline'] = [step for step in dataset['pipeline']
                           if step['type'] != 'LoadCAM' and not (made_labels and loads_masks(step))]
    short = Config({'default_scope': network.cfg.get('default_scope'), f'{loop}_dataloader': dict(dataset=dataset)})
    with_masks = any(loads_masks(step) for step in dataset['pipeline'])
    try:
        built = build_datasets(short, (loop, ))[loop]
        infos = [dict(built.get_data_info(index)) for index in range(len(built))]
    except InputError as error:
        raise InputError(f'{loop}_dataloader of {network.path}: {error}') from error
    return infos if with_masks else [dict(info, seg_map_path=None) for info in infos]


def image_labels(infos: Sequence[dict[str, Any]], network: 'Network', loop: str, reader: str) -> np.ndarray:
    """The image-level labels of a stage's images.

    Args:
        infos: from :func:`read_images`.
        network, loop: where they come from, for the message.
        reader: name of the stage.

    Returns:
        `(N, L)` multi-hot.

    Raises:
        InputError: there are none.
    """
    if any('gt_score' not in info for info in infos):
        raise InputError(f'The stage {reader} needs image-level labels. Set label_file of {loop}_dataloader.dataset in '
                         f'{network.path}.')
    return np.stack([info['gt_score'] for info in infos])


def require_masks(network: 'Network') -> None:
    """Check that a test that measures IoU loads masks; a step of another package may do that, too.

    A `CAMIoUMetric` with `masks=False` measures none.

    Raises:
        InputError: no step does.
    """
    from mmseg.registry import TRANSFORMS
    evaluators = network.cfg.get('test_evaluator') or []
    kinds = [str(evaluator['type']) for evaluator in ([evaluators] if isinstance(evaluators, dict) else evaluators)
             if evaluator.get('masks', True)]
    pipeline = network.cfg.test_dataloader.dataset.pipeline
    steps = [TRANSFORMS.get(step['type']) if isinstance(step['type'], str) else step['type'] for step in pipeline]
    known = all(step is not None and step.__module__.partition('.')[0] in PACKAGES for step in steps)
    if known and any('IoU' in kind for kind in kinds) and not any(map(loads_masks, pipeline)):
        raise InputError(f'The test of {network.path} measures IoU, but test_dataloader.dataset.pipeline loads no '
                         "masks. Add dict(type='LoadMask'), and a list of images with masks.")


def require_mask_files(network: 'Network', reader: str) -> None:
    """Check that the images of a test list have masks, for a tool that measures files against them.

    Args:
        network: whose test data set names the masks, whatever its pipeline loads.
        reader: name of the stage.

    Raises:
        InputError: it names none, or a mask is missing.
    """
    dataset = network.cfg.test_dataloader.to_dict()['dataset']
    if not has_masks(dataset):
        raise InputError(f'The stage {reader} needs masks, but test_dataloader.dataset of {network.path} names none. '
                         'Set its data_prefix.seg_map_path; without masks, omit the stage (masks=False in recipes).')
    dataset.update(cam_dir=None, pipeline=[dict(type='LoadImage'), dict(type='LoadMask')])
    build_datasets(Config(dict(default_scope=network.cfg.get('default_scope'), test_dataloader=dict(dataset=dataset))),
                   ('test', ))


def name_of(info: dict[str, Any]) -> str:
    """The id of an image, or its path where the data set gives none."""
    return info.get('img_id') or info['img_path']


def images_mark(infos: Sequence[dict[str, Any]]) -> str:
    """The number of images, and a digest of their ids, image-level labels, and the sizes of their files.

    Contents are not read, and times do not count: a copied data set has the same fingerprint.

    Args:
        infos: from :func:`read_images`.
    """
    lines = ((os.path.basename(name_of(info)), np.flatnonzero(info.get('gt_score', ())).tolist(),
              [_size(info.get(key)) for key in ('img_path', 'seg_map_path')]) for info in infos)
    return f'{len(infos)} images {digest(repr(line).encode() for line in lines)}'


def _size(path: str | None) -> int:
    """Bytes of a file; 0 where it is not on this machine."""
    return os.path.getsize(path) if path and os.path.isfile(path) else 0
