"""The folder of files that a network learns from, made of CAM files by a tool."""
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmwsss.datasets import ImageLabelDataset
from mmwsss.utils.errors import InputError
from mmwsss.utils.provenance import claim_folder

from .config import require_parts
from .file_writing import origin_of_cams
from .preflight import build_datasets


def claim_training_files(cfg: Config, cams: str | None, out: str | None, suffix: str, made_from: Mapping[str, Any],
                         overwrite: bool = False) -> tuple[ImageLabelDataset, Path, list[str]]:
    """Prepare a folder for files that a network learns from, made of the CAM files of its training list.

    Args:
        cfg: of the network, changed in place: its training data set loads nothing, and finds the CAM files.
        cams: folder of the CAM files.
        out: output folder; by default the `seg_map_dir` of the data set.
        suffix: of the files.
        made_from: what determines their content besides CAMs, classes and list, see :func:`claim_folder`.
        overwrite: delete the files that an earlier run wrote first.

    Returns:
        The data set, the folder, and the ids of the images.

    Raises:
        InputError: a folder is not given, or data or folders do not fit.
    """
    require_parts(cfg, 'train_dataloader')
    settings = cfg.train_dataloader.dataset
    out = out or settings.get('seg_map_dir')
    if not (cams and out):
        raise InputError(f'{cfg.filename} does not set the folders of the CAMs and of the output. Pass --cams and '
                         '--out.')
    settings.update(pipeline=[], cam_dir=cams, seg_map_dir=None)
    dataset: Any = build_datasets(cfg, ('train', ))['train']
    ids = [dataset.get_data_info(index)['img_id'] for index in range(len(dataset))]
    made_from = dict(made_from, **origin_of_cams(cams), classes=dataset.image_classes,
                     list=Path(settings.get('ann_file') or '').name)
    claim_folder(out, made_from, ids, suffix, overwrite)
    return dataset, Path(out), ids
