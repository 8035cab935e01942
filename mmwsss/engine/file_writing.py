"""A test run that writes a file for each image of a list, and goes on where it was stopped."""
import time
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict
from mmengine.dist import barrier, broadcast_object_list, is_main_process

from mmwsss.utils.errors import InputError
from mmwsss.utils.provenance import check_complete, claim_folder, file_mark, read_made_from

from .config import say
from .distributed import leave_group
from .runner import build_runner
from .runner_adapter import dataset_of

MASK_STEPS = ('LoadMask', 'LoadAnnotations')


def prepare(cfg: Config, checkpoint: str, out: str, list_name: str | None = None) -> ConfigDict:
    """Turn a config's test into a run that writes files: no masks, and the images of the training list.

    Args:
        cfg: from :func:`load_config`, changed in place; logs go to `<out>_log`, and nothing is resumed.
        checkpoint: of the model; becomes `load_from`.
        out: folder of the files.
        list_name: a list file, or the name of a list beside the training list (`train`, `val`, ...), in its place; an
            empty one stands for all images.

    Returns:
        The config of the test's dataset, a part of `cfg`.
    """
    cfg.work_dir, cfg.load_from, cfg.resume = f'{out}_log', checkpoint, False
    dataset = cfg.test_dataloader.dataset
    listed = cfg.train_dataloader.dataset.get('ann_file') or ''
    if not list_name:
        dataset.ann_file = listed if list_name is None else ''
    elif Path(list_name).is_file():
        dataset.ann_file = str(Path(list_name).resolve())
    else:
        dataset.ann_file = str(Path(listed or '.txt').with_name(list_name + (Path(listed).suffix or '.txt')))
    dataset.pipeline = [step for step in dataset.pipeline if step['type'] not in MASK_STEPS]
    return dataset


def without_weights(settings: Any) -> Any:
    """A model's config without where its weights came from, for these lie in the checkpoint that is loaded.

    Args:
        settings: of the model, or of a part of it.

    Returns:
        A copy without the keys `init_cfg`; its tuples are lists.
    """
    if isinstance(settings, dict):
        return {key: without_weights(value) for key, value in settings.items() if key != 'init_cfg'}
    return [without_weights(value) for value in settings] if isinstance(settings, list | tuple) else settings


def origin_of_cams(folder: str) -> dict[str, Any]:
    """What identifies a folder of CAM files: what they were made from, or, of those of others, its place.

    Args:
        folder: of the files.

    Returns:
        `dict(cams_made_from=...)` or `dict(cams=...)`, for the record of what is made from them.

    Raises:
        InputError: the folder's record cannot be read.
    """
    made_from = read_made_from(folder)
    return dict(cams=str(Path(folder).resolve())) if made_from is None else dict(cams_made_from=made_from)


def write_files(cfg: Config, writer: dict, suffix: str, made_from: dict, overwrite: bool = False) -> None:
    """Test the model of a config with a writer as its only evaluator.

    What the folder holds already is left out, on all ranks alike; at the end every image of the list has its
    file and there are no others, or an error of the first rank names some of them.

    Args:
        cfg: from :func:`load_config`, with the checkpoint in `load_from`; changed in place.
        writer: config of an evaluator that writes `<output_dir>/<img_id><suffix>`.
        suffix: of the files.
        made_from: what decides their content, besides the checkpoint and the list's name; a folder made from
            something else is refused.
        overwrite: delete the files that the folder holds instead.

    Raises:
        InputError: data, checkpoint or folder do not fit, or in the end files are missing or left over.
    """
    start = time.time()
    folder = Path(writer['output_dir'])
    cfg.test_evaluator = [writer]
    (cfg.get('default_hooks') or {}).pop('visualization', None)
    runner = build_runner(cfg, ('test', ), strict=True)
    dataset = dataset_of(runner, 'test')
    ids = [dataset.get_data_info(index)['img_id'] for index in range(len(dataset))]
    made_from = dict(made_from, checkpoint=file_mark(cfg.load_from), list=Path(dataset.ann_file).name)
    pending = _pending(folder, ids, suffix, made_from, overwrite)
    if pending:
        dataset.get_subset_(pending)
        runner.test()
    barrier()
    if is_main_process():
        check_complete(folder, ids, suffix)
        size = sum(path.stat().st_size for path in folder.rglob(f'*{suffix}'))
        say(cfg, f'{folder}: {len(ids)} images, {len(pending)} of them written now, {size / 1e6:.1f} MB, '
            f'{time.time() - start:.0f} s.')
    leave_group()


def _pending(folder: Path, ids: list[str], suffix: str, made_from: dict, overwrite: bool) -> list[int]:
    """Indices of the images without a file, as the first rank sees them before any rank writes."""
    shared: list = [None]
    if is_main_process():
        try:
            claim_folder(folder, made_from, suffix, overwrite)
            shared[0] = [index for index, name in enumerate(ids) if not (folder / f'{name}{suffix}').is_file()]
        except InputError as error:
            shared[0] = error
    broadcast_object_list(shared)
    if isinstance(shared[0], InputError):
        raise shared[0]
    return shared[0]

