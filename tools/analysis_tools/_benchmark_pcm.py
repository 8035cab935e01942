"""`benchmark.py pcm`: time and memory of SEAM's pixel correlation, beside the released formulation.

The released formulation keeps all affinities. Memory is measured as in `benchmark.py walk`.
"""
import argparse
import multiprocessing
import sys
import time
from pathlib import Path

import torch
from _benchmark_walk import Cost, fill_memory, highest_mark
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _start import import_mmwsss

CHANNELS, MAPS = 192, 21
REPEATS = 3


def run(args: argparse.Namespace) -> None:
    """Print the costs."""
    size = tuple(-(-side // args.stride) for side in args.size)
    print(f"pixel correlation, {args.images} x {args.size[0]}x{args.size[1]}, maps {size[0]}x{size[1]}, {MAPS} maps, "
          f'{CHANNELS} channels, {args.device}, {torch.get_num_threads()} threads')
    print('memory: peak above the inputs, each in a fresh process\n')
    print(f"{'':40}{'s':>12}{'MB':>12}{'largest difference':>20}")
    for learn in (True, False):
        for name, released in (('released formulation', True), ('ours', False)):
            with multiprocessing.get_context('spawn').Pool(1) as pool:
                cost = pool.apply(measure, (args.images, size, learn, released, args.device))
            title = f"{name}, {'with gradients' if learn else 'inference'}"
            difference = f'{cost.difference:.1e}' if released else ''
            print(f'{title:40}{cost.seconds:12.3f}{cost.megabytes:12.1f}{difference:>20}')


def measure(images: int, size: tuple[int, int], learn: bool, released: bool, device: str) -> Cost:
    """Measure the best time of several runs, and the peak memory of the first.

    Args:
        images: in the batch.
        size: height and width of the maps.
        learn: also compute the gradients.
        released: measure the released formulation.
        device: `cpu` or `cuda`.
    """
    import_mmwsss()
    from mmwsss.models import correlate
    torch.manual_seed(0)
    cam = torch.rand(images, MAPS, *size, device=device)
    feat = torch.randn(images, CHANNELS, *size, device=device, requires_grad=learn)
    call = released_correlation if released else correlate

    def once(height: int, width: int) -> Tensor:
        with torch.set_grad_enabled(learn):
            revised = call(cam[..., :height, :width], feat[..., :height, :width])
        if not learn:
            return revised
        return torch.autograd.grad(revised.square().sum(), feat)[0]

    once(8, 8)
    filling, before = fill_memory(device)
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        result = once(*size)
        if device != 'cpu':
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
        if len(seconds) == 1:
            megabytes = highest_mark(device) - before
    del filling
    call = correlate
    difference = float((result - once(*size)).abs().max()) if released else float('nan')
    return Cost(min(seconds), megabytes, difference)


def released_correlation(cam: Tensor, feat: Tensor) -> Tensor:
    """The correlation as released: every matrix of affinities is kept for the gradient."""
    flat = feat.flatten(2)
    flat = flat / (flat.norm(dim=1, keepdim=True) + 1e-5)
    affinity = torch.relu(flat.transpose(1, 2) @ flat)
    affinity = affinity / (affinity.sum(dim=1, keepdim=True) + 1e-5)
    return (cam.flatten(2) @ affinity).view_as(cam)
