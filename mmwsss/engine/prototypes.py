"""Making LPCAM's prototypes: features of all images of each class, then clusters."""
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dist import barrier, collect_results, is_main_process
from mmengine.runner import Runner

from mmwsss.models.heads.lpcam_head import with_prototypes
from mmwsss.pseudo_labels.local_prototypes import (
    CLUSTERS,
    Pixels,
    check_classes,
    class_prototypes,
    pad_rows,
    split_pixels,
)
from mmwsss.pseudo_labels.sub_categories import require_scikit_learn
from mmwsss.utils.errors import InputError, first_names
from mmwsss.utils.progress import track
from mmwsss.utils.provenance import file_mark
from mmwsss.utils.seeds import require_seed

from .checkpoints import read_checkpoint, unwrapped, weights_of, write_checkpoint
from .config import say
from .distributed import leave_group
from .hooks.fast_inference_hook import fast_copy
from .runner import build_runner
from .runner_adapter import dataset_of


def make_prototypes(cfg: Config, out: Path, k: int = CLUSTERS, seed: int = 0, mask_thr: float = 0.1,
                    centre_thr: float = 0.9, context_thr: tuple[float, float] = (0.05, 0.9),
                    pixels: int | None = None) -> None:
    """Write a checkpoint with a classifier's weights and the prototypes of its classes, for an `LPCAMHead`.

    Args:
        cfg: of a classifier, after :func:`~mmwsss.engine.file_writing.prepare`; changed in place.
        out: checkpoint to write.
        k: clusters of a class, and of its context.
        seed: of the clusters, and of the choice of pixels.
        mask_thr: pixels of a class are those whose map is above it.
        centre_thr, context_thr: see :func:`~mmwsss.pseudo_labels.local_prototypes.class_prototypes`.
        pixels: at most so many of each class in each image, inside of its map and outside; None for all, which takes
            4 bytes for each channel of each pixel.

    Raises:
        InputError: data or checkpoint do not fit, a class has no image, the model is no classifier with a 1x1
            classifier, or scikit-learn is missing.
    """
    start = time.time()
    _check_settings(k, mask_thr, centre_thr, context_thr, pixels)
    require_seed(seed, '--seed')
    require_scikit_learn()
    runner = build_runner(cfg, ('test', ), strict=True)
    dataset = dataset_of(runner, 'test')
    infos = [dataset.get_data_info(index) for index in range(len(dataset))]
    classes = dataset.image_classes
    if 'gt_score' not in infos[0]:
        raise InputError(f'{cfg.filename}: the images have no labels. Set label_file of test_dataloader.dataset.')
    check_classes(np.stack([info['gt_score'] for info in infos]), classes)
    weight = _classifier_weight(unwrapped(runner.model), cfg)
    found = class_pixels(runner, len(infos), len(classes), mask_thr, pixels, seed)
    if is_main_process():
        made = [_of_class(parts, weight, index, classes, k=k, seed=seed, centre_thr=centre_thr,
                          context_thr=context_thr) for index, parts in enumerate(found)]
        weights = weights_of(read_checkpoint(cfg.load_from, lazy=False))
        arrays = {name: torch.from_numpy(pad_rows([getattr(one, name) for one in made], weight.shape[1], k))
                  for name in ('centres', 'context')}
        made_from = dict(stage='prototypes', checkpoint=file_mark(cfg.load_from), list=Path(dataset.ann_file).name,
                         k=k, seed=seed, mask_thr=mask_thr, centre_thr=centre_thr, context_thr=list(context_thr),
                         pixels=pixels)
        write_checkpoint(out, with_prototypes(weights, arrays), made_from)
        unsure = [name for name, one in zip(classes, made, strict=True) if one.fallback]
        say(cfg, f'{out}: {sum(len(one.centres) for one in made)} prototypes and '
            f'{sum(len(one.context) for one in made)} of the context for {len(classes)} classes, '
            f'{time.time() - start:.0f} s.')
        if unsure:
            say(cfg, f'{len(unsure)} classes have no cluster with a probability above {centre_thr}, so their best '
                f'cluster stands for them: {first_names(unsure, 10)}.')
    barrier()
    leave_group()


@torch.no_grad()
def class_pixels(runner: Runner, images: int, classes: int, mask_thr: float, pixels: int | None,
                 seed: int) -> list[Pixels]:
    """Collect the features of each class's pixels, at scale 1, split by the merged maps of all scales.

    Args:
        runner: with the classifier and its test data; each process computes a share of the images.
        images: in the test list.
        classes: `L`.
        mask_thr, pixels, seed: see :func:`make_prototypes`.

    Returns:
        `L` sets of pixels in the order of the list on the first process, an empty list on others.
    """
    model: Any = unwrapped(runner.model).eval()
    model.backbone = fast_copy(model.backbone)
    part = []
    for data in track(runner.test_dataloader, 'features', disable=not is_main_process()):
        batch = model.data_preprocessor(data, False)
        for image, sample in zip(batch['inputs'], batch['data_samples'], strict=True):
            feat = model.extract_feat(image[None]).levels[-1][0]
            found, = model.predict(image[None], [sample], {**model.test_cfg, 'labels': 'gt'})
            part.append({int(key): split_pixels(feat, cam, mask_thr, pixels, seed) for key, cam in
                         zip(found.cam_keys, found.cam.data, strict=True)})
    whole = collect_results(part, images, 'cpu')
    if whole is None:
        return []
    return [Pixels(*(np.concatenate(parts) for parts in zip(*(image[key] for image in whole if key in image),
                                                            strict=True))) for key in range(classes)]


def _of_class(parts: Pixels, weight: np.ndarray, index: int, classes: list[str], **settings: Any) -> Any:
    """The prototypes of a class; an error names it."""
    if not np.isfinite(parts.inside).all():
        raise InputError(f'Features of the class {classes[index]} are not finite. Check the checkpoint.')
    try:
        return class_prototypes(parts, weight, index, **settings)
    except InputError as error:
        raise InputError(f'{classes[index]}: {error}') from error


def _classifier_weight(model: Any, cfg: Config) -> np.ndarray:
    """The weights `(L, C)` of the classifier of single pixels."""
    weight = getattr(getattr(getattr(model, 'head', None), 'classifier', None), 'weight', None)
    if weight is None or weight.dim() != 4 or weight.shape[2:] != (1, 1) or weight.shape[0] != model.num_classes:
        raise InputError(f'{cfg.filename}: the head has no `classifier` that is a 1x1 convolution to the image classes.'
                         ' Use the config and the checkpoint of a classifier with a head like CAMHead, e.g. '
                         'configs/cam_r50_voc.py.')
    return weight.detach().float().flatten(1).cpu().numpy()


def _check_settings(k: int, mask_thr: float, centre_thr: float, context_thr: tuple[float, float],
                    pixels: int | None) -> None:
    """Check what does not depend on data."""
    if k < 1 or (pixels is not None and pixels < 1):
        raise InputError(f'k={k} and pixels={pixels} must be at least 1.')
    if not (0 <= mask_thr < 1 and 0 <= centre_thr < 1 and 0 <= context_thr[0] <= context_thr[1] <= 1):
        raise InputError(f'mask_thr={mask_thr}, centre_thr={centre_thr} and context_thr={context_thr} must be in '
                         '[0, 1), the context from low to high.')
