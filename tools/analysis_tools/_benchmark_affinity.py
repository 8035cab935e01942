"""`benchmark.py affinity`: IRNet's affinity and displacement loss, beside the released formulation."""
import argparse
import multiprocessing
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from _benchmark_walk import fill_memory, highest_mark
from torch import Tensor

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / 'tools'), str(ROOT / 'tests' / 'support')]
from _start import import_mmwsss  # noqa: E402
from count_operators import CountOperators  # noqa: E402

REPEATS = 5


class Cost(NamedTuple):
    """What a step takes; seconds are of one crop."""
    loss: float
    operators: int
    seconds: float
    megabytes: float



def run(args: argparse.Namespace) -> None:
    """Print the costs of both."""
    released, ours = (measure_apart(name, args.batch, args.crop // 4, args.device) for name in ('released', 'ours'))
    print(f'affinity and displacement loss with its gradient, batch {args.batch}, crops of {args.crop}, {args.device}, '
          f'one thread, {torch.backends.cpu.get_cpu_capability()}; memory: peak above the inputs')
    print(f"{'':24}{'s/crop':>10}{'speed-up':>10}{'operators':>12}{'MB':>10}{'loss':>12}")
    for name, cost in (('released formulation', released), ('ours', ours)):
        print(f'{name:24}{cost.seconds:10.3f}{released.seconds / cost.seconds:10.2f}{cost.operators:12}'
              f'{cost.megabytes:10.0f}{cost.loss:12.6f}')


def measure_apart(*args: object) -> Cost:
    """:func:`measure` in a process of its own."""
    with multiprocessing.get_context('spawn').Pool(1) as pool:
        return pool.apply(measure, args)


def measure(name: str, batch: int, side: int, device: str) -> Cost:
    """The best time of some steps, and the peak memory of the first.

    Args:
        name: `released` or `ours`.
        batch: crops.
        side: of their maps.
        device: `cpu` or `cuda`.
    """
    import_mmwsss()
    torch.set_num_threads(1)
    make_step(name, 1, 32, device)()
    step = make_step(name, batch, side, device)
    filling, before = fill_memory(device)
    loss = step()
    megabytes = highest_mark(device) - before
    del filling
    with CountOperators() as operators:
        step()
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - start)
    return Cost(loss, operators.count, min(seconds) / batch, megabytes)


def make_step(name: str, batch: int, side: int, device: str) -> Callable[[], float]:
    """A function that computes the published objective of random maps, and its gradient."""
    from mmwsss.models.losses import affinity_displacement_loss
    rng = np.random.default_rng(0)
    labels = rng.choice([0, 0, 0, 3, 7, 255], size=(batch, 8, 8)).astype(np.uint8)
    labels = torch.tensor(labels.repeat(-(-side // 8), 1).repeat(-(-side // 8), 2)[:, :side, :side]).to(device)
    boundary, displacement = (torch.tensor(rng.normal(size=(batch, channels, side, side)), dtype=torch.float32,
                                           device=device, requires_grad=True) for channels in (1, 2))
    released = ReleasedLoss(labels) if name == 'released' else None

    def step() -> float:
        boundary.grad = displacement.grad = None
        if released:
            loss = released(boundary, displacement)
        else:
            loss = sum(affinity_displacement_loss(boundary, displacement, labels).values()) / 2
        loss.backward()
        return loss.item()

    return step


class ReleasedLoss:
    """The affinity and displacement loss in the released formulation, written for this comparison.

    The labels of all pairs are made beforehand, as a loader would; they are not in what is timed. For each length, one
    `index_select` takes the boundaries of all points of all paths, and a max leaves one a path.

    Args:
        labels: `(N, h, w)`, 255 where not certain.
        radius: of the search.
    """

    def __init__(self, labels: Tensor, radius: int = 10) -> None:
        from mmwsss.pseudo_labels import path_index
        index = path_index(radius)
        height, width = labels.shape[1:]
        rows, columns = torch.meshgrid(torch.arange(height - radius + 1),
                                       torch.arange(radius - 1, width - radius + 1), indexing='ij')
        source = (rows * width + columns).flatten()

        def places(points: np.ndarray) -> Tensor:
            return (torch.tensor(points @ (width, 1))[..., None] + source).to(labels.device)

        self.source, self.target = source.to(labels.device), places(index.destinations)
        self.paths = [places(paths) for paths in index.paths]  # (P_l, l, S) each
        self.offset = torch.tensor(index.destinations.T[..., None], dtype=torch.float32, device=labels.device)
        labels = labels.flatten(1)
        own, other = labels[:, None, self.source], labels[:, self.target]
        valid = (own != 255) & (other != 255)
        kinds = valid & (own == other) & (own == 0), valid & (own == other) & (own != 0), valid & (own != other)
        self.background, self.foreground, self.different = (kind.float() for kind in kinds)

    def __call__(self, boundary_logits: Tensor, displacement: Tensor) -> Tensor:
        """The published objective."""
        boundary = boundary_logits.sigmoid().flatten(1)
        strongest = torch.cat([
            boundary.index_select(1, places.flatten()).view(-1, *places.shape).max(dim=2).values
            for places in self.paths], dim=1)  # (N, P, S)
        positive, negative = -(1 - strongest + 1e-5).log(), -(strongest + 1e-5).log()
        displacement = displacement.flatten(2)
        target = displacement.index_select(2, self.target.flatten()).view(*displacement.shape[:2], *self.target.shape)
        difference = displacement.index_select(2, self.source)[:, :, None] - target  # (N, 2, P, S)
        number, objects, edges = (kind.sum() + 1e-5 for kind in (self.background, self.foreground, self.different))
        affinity = ((positive * self.background).sum() / number + (positive * self.foreground).sum() / objects) / 2
        affinity = affinity + (negative * self.different).sum() / edges
        foreground = ((difference - self.offset).abs() * self.foreground[:, None]).sum() / (2 * objects)
        background = (difference.abs() * self.background[:, None]).sum() / (2 * number)
        return (affinity + foreground + background) / 2
