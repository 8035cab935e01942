"""`benchmark.py methods`: a training step and a prediction of several networks, relative to the first.

The models take turns, and the median counts. On a CPU it is the time of this process's threads, so that other work on
the machine matters less.
"""
import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.logging import MMLogger
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmengine.structures import PixelData
from mmseg.registry import DATASETS, MODELS
from mmseg.structures import SegDataSample


def run(args: argparse.Namespace) -> None:
    """Print seconds and ratios."""
    MMLogger.get_current_instance().setLevel('ERROR')  # a line for each parameter of each model
    cases = {name: Case(path, args) for name, path in named_configs(args.configs).items()}
    seconds: dict[str, dict[str, list[float]]] = {name: dict(step=[], image=[]) for name in cases}
    for turn in range(args.turns + 1):
        # No progress bar: the thread that draws it would count.
        print(f'measurement {turn} of {args.turns}' if turn else 'warm-up', file=sys.stderr, flush=True)
        for name, case in cases.items():
            for what, work in (('step', case.step), ('image', case.predict)):
                spent = measure(work, args.device)
                if turn:  # the first warms up
                    seconds[name][what].append(spent)
    print(f'{args.batch} crops a training step, one {args.size[0]}x{args.size[1]} image a prediction, {args.device}, '
          f'{torch.get_num_threads()} threads, median of {args.turns}')
    width = max(map(len, seconds)) + 2
    print(f"{'':{width}}{'step, s':>10}{'ratio':>8}{'image, s':>10}{'ratio':>8}")
    first = next(iter(seconds.values()))
    for name, spent in seconds.items():
        cells = [(statistics.median(spent[what]), statistics.median(first[what])) for what in ('step', 'image')]
        print(f'{name:{width}}' + ''.join(f'{own:10.3f}{own / reference:8.2f}' for own, reference in cells))


def named_configs(paths: Sequence[str]) -> dict[str, str]:
    """Name -> config: the names of the files, or whole paths where two files have one name."""
    from mmwsss.package_files import resolve_config
    found = dict.fromkeys(resolve_config(path) for path in paths)
    stems = [Path(path).stem for path in found]
    return {stem if stems.count(stem) == 1 else path: path for stem, path in zip(stems, found, strict=True)}


def measure(work: Callable[[], Any], device: str) -> float:
    """The seconds of one call."""
    if device == 'cpu':
        start = time.process_time()
        work()
        return time.process_time() - start
    torch.cuda.synchronize()
    start = time.perf_counter()
    work()
    torch.cuda.synchronize()
    return time.perf_counter() - start


class Case:
    """A config's model with random weights, and random images in the sizes of its training.

    Args:
        path: of the config.
        args: of the command line.
    """

    def __init__(self, path: str, args: argparse.Namespace) -> None:
        from mmwsss.engine.config import read_config, require_parts
        from mmwsss.engine.pruned_config import without_weights
        cfg = read_config(path)
        require_parts(cfg, 'model', 'optim_wrapper', 'train_dataloader', 'test_dataloader')
        init_default_scope('mmseg')
        torch.manual_seed(0)
        cfg.model = without_weights(cfg.model.to_dict())
        self.model = MODELS.build(cfg.model).to(args.device)
        self.optimizer = build_optim_wrapper(self.model, cfg.optim_wrapper)
        steps = cfg.train_dataloader.dataset.pipeline
        crop = training_size(steps)
        keys = next((step.get('keys', ()) for step in steps if step['type'] == 'PackImageLabelInputs'), ())
        dataset = DATASETS.build({**cfg.test_dataloader.dataset, 'lazy_init': True})
        classes = len(dataset.metainfo['classes']) - 1
        # further labels are a number for each class
        copies = getattr(getattr(self.model, 'head', None), 'sub_categories', 1)
        grid = (cfg.get('cues') or {}).get('grid')
        block = next((step.get('block', 8) for step in steps if step['type'] == 'AffinityLabel'), None)
        self.batch = [make_sample(crop, classes, keys, copies, grid, block) for _ in range(args.batch)]
        self.image = [make_sample(tuple(args.size), classes, keys, copies, grid, block)]

    def step(self) -> None:
        """One training step."""
        self.model.train()
        self.model.train_step(collate(self.batch), self.optimizer)

    def predict(self) -> None:
        """One prediction by the config's `test_cfg`."""
        self.model.eval()
        self.model.test_step(collate(self.image))


def training_size(steps: list[dict]) -> tuple[int, int]:
    """The height and width of the images that a training pipeline ends with."""
    for step in steps:
        if 'crop_size' in step:
            return step['crop_size']
        if 'RandomResizedCrop' in step['type']:
            return (step['scale'], ) * 2
    return next(tuple(step['scale'][::-1]) for step in steps if step['type'].endswith('Resize'))


def make_sample(size: tuple[int, int], classes: int, keys: tuple[str, ...], copies: int,
                grid: tuple[int, int] | None, block: int | None) -> tuple[torch.Tensor, SegDataSample]:
    """An image with two of its classes, what its network learns from, and their CAMs for a refiner.

    Args:
        size: height and width.
        classes: `L`, without the background.
        keys: of further labels.
        copies: entries of a further label for each class.
        grid: height and width of localization cues in place of further labels.
        block: side of the blocks of pixels that have a further label each.
    """
    sample = SegDataSample(metainfo=dict(ori_shape=size, img_shape=size, pad_shape=size))
    sample.gt_sem_seg = PixelData(data=torch.randint(0, classes + 1, (1, *size)))
    sample.gt_score = torch.zeros(classes)
    sample.gt_score[[0, classes - 1]] = 1
    sample.cam = PixelData(data=torch.rand(2, *(-(-side // 4) for side in size)))
    sample.cam_keys = torch.tensor([0, classes - 1])
    for key in keys:
        if grid:  # a quarter of the cells has a cue, of the background or of a class of the image
            owner = torch.tensor([0, 1, classes])[torch.randint(0, 3, grid)]
            cues = torch.nn.functional.one_hot(owner, classes + 1) * (torch.rand(*grid, 1) < 0.25)
            setattr(sample, key, cues.to(torch.uint8))
            continue
        if block:  # background or one of the two classes
            setattr(sample, key, torch.randint(0, 3, [side // block for side in size]))
            continue
        setattr(sample, key, sample.gt_score.repeat_interleave(copies))
    return torch.randint(0, 256, (3, *size), dtype=torch.uint8), sample


def collate(items: list[tuple[torch.Tensor, SegDataSample]]) -> dict[str, Any]:
    """What a loader gives."""
    return dict(inputs=[image for image, _ in items], data_samples=[sample for _, sample in items])
