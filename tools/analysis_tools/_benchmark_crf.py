"""`benchmark.py crf`: DenseCRF in PyTorch beside pydensecrf.

Memory is the peak above the inputs, each backend in a fresh process (see `_benchmark_walk.py`).
"""
import argparse
import multiprocessing
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from _benchmark_walk import fill_memory, highest_mark
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _start import import_mmwsss  # noqa: E402

KERNELS = (3, 3), (50, 5, 10)  # IRN's
STEPS = 10


class Cost(NamedTuple):
    """What a backend takes, and its probabilities."""
    lattice: float
    seconds: float
    megabytes: float
    probs: np.ndarray


def run(args: argparse.Namespace) -> None:
    """Print seconds an image, memory, and how far the backends differ."""
    height, width = args.size
    print(f'DenseCRF, {height}x{width}, {STEPS} steps, PyTorch on {args.device}, one CPU thread')
    print(f"{'':24}{'lattice s':>12}{'all s':>10}{'MB':>10}{'largest difference':>20}{'equal labels':>14}")
    for classes in args.classes:
        reference = None
        for backend in args.backends:
            device = args.device if backend == 'torch' else 'cpu'
            cost = measure_apart(args.image, (height, width), classes, backend, device)
            reference = cost.probs if reference is None else reference
            error, equal = abs(cost.probs - reference).max(), (cost.probs.argmax(0) == reference.argmax(0)).mean()
            print(f'{f"{backend}, {classes} classes":24}{cost.lattice:12.2f}{cost.seconds:10.2f}{cost.megabytes:10.0f}'
                  f'{error:20.1e}{equal:14.2%}')
    if args.profile:
        profile(*make_inputs(args.image, (height, width), args.classes[0], args.device))


def make_inputs(path: str | None, size: tuple[int, int], classes: int,
                device: str) -> tuple[torch.Tensor, torch.Tensor]:
    """An image `(3, H, W)` (smooth and random without a file) and smooth random energies `(C, H, W)`."""
    coarse = Image.fromarray(np.random.default_rng(0).integers(0, 256, (12, 16, 3), dtype=np.uint8))
    source = Image.open(path).convert('RGB') if path else coarse
    image = torch.from_numpy(np.array(source.resize(size[::-1], Image.BICUBIC))).permute(2, 0, 1)
    torch.manual_seed(0)
    scores = torch.nn.functional.interpolate(4 * torch.rand(1, classes, 12, 16), size=size, mode='bilinear',
                                             align_corners=False)[0]
    return image, -scores.log_softmax(dim=0).to(device)


def measure_apart(*args: object) -> Cost:
    """Run :func:`measure` in a separate process."""
    with multiprocessing.get_context('spawn').Pool(1) as pool:
        return pool.apply(measure, args)


def measure(path: str | None, size: tuple[int, int], classes: int, backend: str, device: str) -> Cost:
    """Time building the lattices alone and all of it, each after a first run on a small image.

    Args:
        path: of the image.
        size: height and width.
        classes: of the energies.
        backend: see :func:`mean_field`.
        device: of the energies.
    """
    import_mmwsss()
    from mmwsss.pseudo_labels import mean_field

    def infer(image: torch.Tensor, energies: torch.Tensor, steps: int) -> tuple[float, torch.Tensor]:
        start = time.perf_counter()
        probs = mean_field(image, energies, *KERNELS, steps, backend=backend).cpu()
        return time.perf_counter() - start, probs

    infer(*make_inputs(None, (32, 40), classes, device), STEPS)
    inputs = make_inputs(path, size, classes, device)
    filling, before = fill_memory(device)
    seconds, probs = infer(*inputs, STEPS)
    megabytes = highest_mark(device) - before
    del filling
    lattice, _ = infer(*inputs, 0)
    return Cost(lattice, seconds, megabytes, probs.numpy())


def profile(image: torch.Tensor, energies: torch.Tensor) -> None:
    """Print the operators in which the PyTorch backend spends most time."""
    from torch.profiler import ProfilerActivity

    from mmwsss.pseudo_labels import mean_field
    with torch.profiler.profile(activities=[ProfilerActivity.CPU]) as run_profile:
        mean_field(image, energies, *KERNELS, STEPS, backend='torch')
    print(run_profile.key_averages().table(sort_by='self_cpu_time_total', row_limit=12, max_name_column_width=40))
