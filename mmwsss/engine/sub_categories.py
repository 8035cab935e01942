"""Making sub-category labels: features of all images, then clusters of each class."""
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dist import barrier, collect_results, is_main_process
from mmengine.runner import Runner

from mmwsss.datasets.sub_categories import write_sub_categories
from mmwsss.pseudo_labels.sub_categories import check_counts, list_order, require_scikit_learn, sub_categories
from mmwsss.utils.errors import InputError
from mmwsss.utils.output import require_file
from mmwsss.utils.progress import track
from mmwsss.utils.provenance import file_mark
from mmwsss.utils.seeds import require_seed

from .checkpoints import unwrapped
from .config import say
from .distributed import leave_group
from .hooks.fast_inference_hook import fast_copy
from .pruned_config import without_weights
from .runner import build_runner
from .runner_adapter import dataset_of


def make_sub_categories(cfg: Config, out: Path, k: int = 10, seed: int = 0, allow_fewer: bool = False) -> None:
    """Write the sub-categories of a data set's images, from a classifier's features.

    Args:
        cfg: of a classifier, after :func:`~mmwsss.engine.file_writing.prepare`; changed in place.
        out: file to write.
        k, seed, allow_fewer: see :func:`~mmwsss.pseudo_labels.sub_categories.sub_categories`.

    Raises:
        InputError: data or checkpoint do not fit, a class has fewer than `k` images, the model is no classifier,
            the seed is out of range, or scikit-learn is missing.
    """
    start = time.time()
    require_scikit_learn()
    require_seed(seed, '--seed')
    require_file(out)
    runner = build_runner(cfg, ('test', ), strict=True)
    dataset = dataset_of(runner, 'test')
    infos = [dataset.get_data_info(index) for index in range(len(dataset))]
    ids, classes = [info['img_id'] for info in infos], dataset.image_classes
    if 'gt_score' not in infos[0]:
        raise InputError(f'{cfg.filename}: the images have no labels. Set label_file of test_dataloader.dataset.')
    labels = np.stack([info['gt_score'] for info in infos])
    check_counts(labels, k, classes, allow_fewer)  # better now than after the features
    features = image_features(runner, ids)
    if is_main_process():
        found = sub_categories(features, labels, k, seed, classes, allow_fewer)
        made_from = dict(stage='sub-categories', model=without_weights(cfg.model.to_dict()),
                         pipeline=cfg.test_dataloader.dataset.pipeline, checkpoint=file_mark(cfg.load_from),
                         list=Path(dataset.ann_file).name, seed=seed)
        order = list_order(labels)
        write_sub_categories(out, [ids[index] for index in order], found.labels[order], classes, made_from)
        sizes = found.labels.sum(axis=0)
        say(cfg, f'{out}: {len(ids)} images, {np.count_nonzero(sizes)} sub-categories of {sizes[sizes > 0].min()} to '
            f'{sizes.max()} images, {time.time() - start:.0f} s.')
    barrier()
    leave_group()


@torch.no_grad()
def image_features(runner: Runner, ids: list[str]) -> np.ndarray:
    """The mean of a classifier's last level for each image of the test list, at scale 1, without drop-out.

    Args:
        runner: with the model and its test data; each process computes a share of the images.
        ids: of the test list, for messages.

    Returns:
        `(N, C)` float32 on the first process, an empty array on others.

    Raises:
        InputError: the model is no classifier, or a feature is not finite; the message names the image.
    """
    model: Any = unwrapped(runner.model).eval()
    model.backbone = fast_copy(model.backbone)
    part = []
    for data in track(runner.test_dataloader, 'features', disable=not is_main_process()):
        for image in model.data_preprocessor(data, False)['inputs']:
            features = model.extract_feat(image[None])
            if not hasattr(features, 'levels'):
                raise InputError(f'{type(model).__name__} is not an image classifier. Use the config and the '
                                 'checkpoint of one, e.g. configs/cam_r50_voc.py.')
            part.append(features.levels[-1][0].float().mean(dim=(1, 2)).cpu().numpy())
    whole = collect_results(part, len(ids), 'cpu')
    if whole is None:
        return np.zeros((0, 0), dtype=np.float32)
    bad = [name for name, feature in zip(ids, whole, strict=True) if not np.isfinite(feature).all()]
    if bad:
        raise InputError(f'The features of {len(bad)} of {len(ids)} images are not finite, e.g. of {bad[0]}. Check the '
                         'checkpoint.')
    return np.stack(whole)
