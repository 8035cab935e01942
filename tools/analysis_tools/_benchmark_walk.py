"""`benchmark.py walk`: compare the random walk with the dense one, and measure how its cost grows with the map.

Each number is measured in a fresh process: after a small walk that loads all libraries, memory is filled up to the
process's peak (`ru_maxrss`), so that any memory the walk needs beyond its inputs raises the peak. On a GPU, PyTorch's
allocator counts it.
"""
import argparse
import multiprocessing
import sys
import time
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / 'tools'), str(ROOT / 'tests' / 'support')]
from _start import import_mmwsss  # noqa: E402

DENSE_SIZE = (32, 40)  # where the dense walk takes about a second
REPEATS = 5
CLASSES = 2


class Cost(NamedTuple):
    """The cost of a walk, and the difference of its result to that of :func:`random_walk`."""
    seconds: float
    megabytes: float
    difference: float


def run(args: argparse.Namespace) -> None:
    """Print the costs."""
    print(f'random walk, {CLASSES} classes, {args.device}, one thread; dense walk: {torch.get_num_threads()} threads')
    print('memory: peak above the inputs, each in a fresh process\n')
    print(f"{'':20}{'map':>12}{'s':>12}{'MB':>12}{'largest difference':>20}")
    size = tuple(args.size)
    ours = measure_apart(size, False, REPEATS, args.device)
    print_row('ours', size, ours)
    small = measure_apart(DENSE_SIZE, True, REPEATS, args.device)
    print_row('dense', DENSE_SIZE, small)
    growth = size[0] * size[1] / (DENSE_SIZE[0] * DENSE_SIZE[1])
    extrapolated = Cost(small.seconds * growth**3, small.megabytes * growth**2, float('nan'))
    print_row('dense, extrapolated', size, extrapolated)
    if args.dense:
        print_row('dense, measured', size, measure_apart(size, True, 1, args.device))
    print(f'\ndispatched operators without views, {size[0]}x{size[1]}: {count_operators(size)} on a GPU '
          f'({"counted on it" if torch.cuda.is_available() else "counted on a stand-in"})')
    if args.sides:
        print(f"\n{'':20}{'map':>12}{'s':>12}{'MB':>12}{'s/1000 pixels':>16}{'MB/1000 pixels':>16}")
    for side in args.sides:
        cost = measure_apart((side, side), False, REPEATS, args.device)
        thousands = side * side / 1000
        print(f"{'ours':20}{f'{side}x{side}':>12}{cost.seconds:12.3f}{cost.megabytes:12.1f}"
              f'{cost.seconds / thousands:16.4f}{cost.megabytes / thousands:16.3f}')


def count_operators(size: tuple[int, int]) -> int:
    """The operators of a walk on a GPU, or on the tests' stand-in for one."""
    from count_operators import CountOperators
    from virtual_device import DEVICE, VirtualDevice

    from mmwsss.pseudo_labels import random_walk
    with VirtualDevice():
        cam, boundary = torch.rand(CLASSES, *size).to(DEVICE), torch.rand(size).to(DEVICE)
        with CountOperators() as operators:
            random_walk(cam, boundary)
    return operators.count


def print_row(name: str, size: tuple[int, int], cost: Cost) -> None:
    """Print a line of the first table."""
    difference = '' if cost.difference != cost.difference else f'{cost.difference:.1e}'
    print(f"{name:20}{f'{size[0]}x{size[1]}':>12}{cost.seconds:12.3f}{cost.megabytes:12.1f}{difference:>20}")


def measure_apart(*args: object) -> Cost:
    """Run :func:`measure` in a separate process."""
    with multiprocessing.get_context('spawn').Pool(1) as pool:
        return pool.apply(measure, args)


def measure(size: tuple[int, int], dense: bool, repeats: int, device: str) -> Cost:
    """Measure the best time of several walks on random maps, and the peak memory of the first.

    Args:
        size: height and width of the maps.
        dense: measure the dense walk.
        repeats: number of walks.
        device: `cpu` or `cuda`.
    """
    import_mmwsss()
    from mmwsss.pseudo_labels import random_walk
    torch.manual_seed(0)
    cam, boundary = torch.rand(CLASSES, *size), torch.rand(size)**5
    cam, boundary = cam.to(device), boundary.to(device)
    walk = dense_walk if dense else random_walk
    walk(cam[:, :16, :16], boundary[:16, :16])
    filling, before = fill_memory(device)
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = walk(cam, boundary)
        if device != 'cpu':
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
        if len(seconds) == 1:
            megabytes = highest_mark(device) - before
    del filling
    difference = float((result - random_walk(cam, boundary)).abs().max()) if dense else float('nan')
    return Cost(min(seconds), megabytes, difference)


def highest_mark(device: str) -> float:
    """The peak memory of this process so far, in MB."""
    if device != 'cpu':
        return torch.cuda.max_memory_allocated() / 2**20
    import resource

    from mmwsss.utils.system import peak_megabytes
    return peak_megabytes(resource.getrusage(resource.RUSAGE_SELF))


def fill_memory(device: str) -> tuple[list[Tensor], float]:
    """Allocate memory up to the peak; return the allocated tensors and the peak."""
    if device != 'cpu':
        torch.cuda.reset_peak_memory_stats()
        return [], highest_mark(device)
    filling, mark = [], highest_mark(device)
    while highest_mark(device) == mark:
        filling.append(torch.ones(2**16))
    return filling, highest_mark(device)


def dense_walk(cam: Tensor, boundary: Tensor, radius: int = 5, beta: float = 10, squarings: int = 8) -> Tensor:
    """The walk by its definition: affinities of all pairs, normalised by columns and squared repeatedly.

    Args:
        cam: `(K, h, w)`.
        boundary: `(h, w)` in [0, 1].
        radius, beta: see :func:`random_walk`.
        squarings: number of squarings of the transition matrix, which give `2**squarings` steps.

    Returns:
        `(K, h, w)`.
    """
    from mmwsss.pseudo_labels import path_index
    height, width = boundary.shape
    number = torch.arange(height * width, device=boundary.device).view(height, width)
    transition = torch.eye(height * width, device=boundary.device)
    for (dy, dx), path in path_index(radius):
        if dy >= height or abs(dx) >= width:
            continue
        top, left = 0, max(-dx, 0)
        bottom, right = height - dy, width - max(dx, 0)
        steps = [boundary[top + y:bottom + y, left + x:right + x] for y, x in path]
        affinity = (1 - torch.stack(steps).amax(dim=0))**beta
        here, there = number[top:bottom, left:right], number[top + dy:bottom + dy, left + dx:right + dx]
        transition[here, there] = transition[there, here] = affinity
    transition /= transition.sum(dim=0, keepdim=True)
    square = torch.empty_like(transition)
    for _ in range(squarings):
        torch.matmul(transition, transition, out=square)
        transition, square = square, transition
    return ((cam * (1 - boundary)).flatten(1) @ transition).view_as(cam)
