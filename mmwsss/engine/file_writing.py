"""Resumable test runs that write one file per image in a list."""
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict
from mmengine.dist import barrier, broadcast_object_list, is_main_process

from mmwsss.datasets import LoadCAM
from mmwsss.utils.errors import InputError
from mmwsss.utils.image_ids import file_of_id
from mmwsss.utils.provenance import check_complete, claim_folder, file_mark, read_made_from

from .config import require_parts, say
from .distributed import leave_group
from .pruned_config import is_step, without_masks
from .runner import build_runner
from .runner_adapter import dataset_of


def prepare(cfg: Config, checkpoint: str, out: str, list_name: str | None = None) -> ConfigDict:
    """Change a config's test to write files for the images in the training list, without loading masks.

    Args:
        cfg: from :func:`load_config`, changed in place; logs go to `<out>_log`, and `resume` is off.
        checkpoint: the model's checkpoint; becomes `load_from`.
        out: output folder.
        list_name: another list: a file, or a name beside the training list (`train`, `val`, ...); an empty string
            means all images.

    Returns:
        The config of the test dataset, a part of `cfg`.

    Raises:
        InputError: the config lacks a part, or its training joins several lists and `list_name` is `None`.
    """
    require_parts(cfg, 'model', 'train_dataloader', 'test_dataloader')
    cfg.work_dir, cfg.load_from, cfg.resume = f'{out}_log', checkpoint, False
    dataset = cfg.test_dataloader.dataset
    listed, *others = training_lists(cfg.train_dataloader.dataset)
    if others and list_name is None:
        raise InputError(f'The training data set of {cfg.filename} joins the lists {", ".join([listed, *others])}. '
                         'Name one with --list.')
    if not list_name:
        dataset.ann_file = listed if list_name is None else ''
    elif Path(list_name).is_file():
        dataset.ann_file = str(Path(list_name).resolve())
    else:
        dataset.ann_file = str(Path(listed or '.txt').with_name(list_name + (Path(listed).suffix or '.txt')))
    dataset.pipeline = without_masks(dataset.pipeline)
    return dataset


def training_lists(dataset: Mapping[str, Any]) -> list[str]:
    """The lists of a training data set, also inside of a `RepeatDataset` or `ConcatDataset`.

    Args:
        dataset: its config.

    Returns:
        At least one; an empty text stands for a data set of all images.
    """
    inner = dataset.get('dataset') or dataset.get('datasets')
    if not inner:
        return [dataset.get('ann_file') or '']
    parts = inner if isinstance(inner, list | tuple) else [inner]
    return list(dict.fromkeys(name for part in parts for name in training_lists(part)))


def use_cams(cfg: Config, cams: str | None) -> str:
    """Let the test data set of a refiner read CAM files.

    Args:
        cfg: after :func:`prepare`, changed in place.
        cams: their folder; by default the config's.

    Returns:
        The folder.

    Raises:
        InputError: there is none, or the test pipeline does not load CAMs.
    """
    dataset = cfg.test_dataloader.dataset
    dataset.cam_dir = cams or dataset.get('cam_dir')
    if not any(is_step(step, LoadCAM) for step in dataset.pipeline):
        raise InputError(f'The test pipeline of {cfg.filename} does not load CAMs (LoadCAM). Give the config of a '
                         'refiner, e.g. configs/irnet_r50_voc.py.')
    if not dataset.cam_dir:
        raise InputError(f'{cfg.filename} does not set the folder of the CAMs. Pass --cams.')
    return dataset.cam_dir


def origin_of_cams(folder: str) -> dict[str, Any]:
    """Identify a folder of CAM files by its record of what they were made from, or by its path without a record.

    Args:
        folder: the CAM folder.

    Returns:
        `dict(cams_made_from=...)` or `dict(cams=...)`, for the record of files made from the CAMs.

    Raises:
        InputError: the folder's record cannot be read.
    """
    made_from = read_made_from(folder)
    return dict(cams=str(Path(folder).resolve())) if made_from is None else dict(cams_made_from=made_from)


def write_files(cfg: Config, writer: dict, suffix: str, made_from: dict, overwrite: bool = False) -> None:
    """Test a config's model with a writer as its only evaluator.

    Existing files are skipped on all ranks. At the end the folder must contain exactly one file per image in the
    list; otherwise the first rank raises an error that names some of the files.

    Args:
        cfg: from :func:`load_config`, with the checkpoint in `load_from`; changed in place.
        writer: config of an evaluator that writes `<output_dir>/<img_id><suffix>`.
        suffix: suffix of the files.
        made_from: what determines their content besides the checkpoint and the list's name; a folder with files
            made from something else raises an error.
        overwrite: delete the files that an earlier run wrote first.

    Raises:
        InputError: data, checkpoint or folder do not fit, the data set names no images, or files are missing or
            unexpected at the end.
    """
    start = time.time()
    folder = Path(writer['output_dir'])
    cfg.test_evaluator = [writer]
    (cfg.get('default_hooks') or {}).pop('visualization', None)
    runner = build_runner(cfg, ('test', ), strict=True)
    dataset = dataset_of(runner, 'test')
    if len(dataset) and 'img_id' not in dataset.get_data_info(0):
        raise InputError(f'{type(dataset).__name__} has no ids of its images (img_id), by which the files '
                         "are named. Use type='ImageLabelDataset' in test_dataloader.dataset, or write masks with "
                         'tools/test.py --out.')
    ids = [dataset.get_data_info(index)['img_id'] for index in range(len(dataset))]
    made_from = dict(made_from, checkpoint=file_mark(cfg.load_from), list=Path(dataset.ann_file).name)
    pending = _pending(folder, ids, suffix, made_from, overwrite)
    if pending:
        dataset.get_subset_(pending)
        runner.test()
    barrier()
    if is_main_process():
        check_complete(folder, ids, suffix)
        size = sum(file_of_id(folder, name, suffix).stat().st_size for name in ids)
        say(cfg, f'{folder}: {len(ids)} images, {len(pending)} of them new, {size / 1e6:.1f} MB, '
            f'{time.time() - start:.0f} s.')
    leave_group()


def _pending(folder: Path, ids: list[str], suffix: str, made_from: dict, overwrite: bool) -> list[int]:
    """Indices of the images without a file, found by the first rank before any rank writes."""
    shared: list = [None]
    if is_main_process():
        try:
            claim_folder(folder, made_from, ids, suffix, overwrite)
            shared[0] = [index for index, name in enumerate(ids)
                         if not file_of_id(folder, name, suffix).is_file()]
        except InputError as error:
            shared[0] = error
    broadcast_object_list(shared)
    if isinstance(shared[0], InputError):
        raise shared[0]
    return shared[0]

