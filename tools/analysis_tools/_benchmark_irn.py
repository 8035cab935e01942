"""Benchmarks of IRNet's training data: IR labels in parallel, affinity labels on the device or in the loader."""
import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image


def add_parsers(commands: argparse._SubParsersAction) -> None:
    """Add `ir-labels` and `affinity` to the command line."""
    labels = commands.add_parser('ir-labels', help='IR labels: images per second with one core and with all')
    labels.add_argument('--images', type=int, default=8, help='images per measurement')
    labels.add_argument('--size', type=int, nargs=2, default=(375, 500), metavar=('H', 'W'))
    labels.add_argument('--classes', type=int, default=2, help='classes per image')
    affinity = commands.add_parser(
        'affinity', help="IRNet's training step: affinity labels on the device or, with NumPy, in the loader")
    affinity.add_argument('--batch', type=int, default=2)
    affinity.add_argument('--crop', type=int, default=512)
    affinity.add_argument('--device', default='cuda' if torch.cuda.is_available() else 'cpu')


def run_ir_labels(args: argparse.Namespace) -> None:
    """Print images per second."""
    from mmwsss.engine.ir_labels import Job, make_ir_labels
    from mmwsss.models import DenseCRF
    from mmwsss.pseudo_labels import write_cam
    from mmwsss.utils.system import available_cores
    rng = np.random.default_rng(0)
    height, width = args.size
    names = [f'class {index}' for index in range(args.classes)]
    cores = available_cores()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for index in range(args.images):
            coarse = rng.integers(0, 256, (12, 16, 3), dtype=np.uint8)
            Image.fromarray(coarse).resize((width, height), Image.BICUBIC).save(folder / f'{index}.jpg')
            small = torch.tensor(rng.random((1, args.classes, 6, 8), dtype=np.float32))
            cam = torch.nn.functional.interpolate(small, size=(-(-height // 4), -(-width // 4)), mode='bilinear')[0]
            cam /= cam.amax((1, 2), keepdim=True)
            write_cam(folder / f'{index}.npz', cam, range(args.classes), args.size, names)

        def seconds(workers: int, count: int) -> float:
            jobs = [Job(str(folder / f'{index % args.images}.jpg'), str(folder / f'{index % args.images}.npz'),
                        folder / f'{index}.png', tuple(names), np.arange(args.classes + 1, dtype=np.uint8), 0.30, 0.05,
                        DenseCRF())
                    for index in range(count)]
            return make_ir_labels(jobs, workers).seconds

        print(f'IR labels of {height}x{width} images with {args.classes} classes, {cores} cores')
        for workers in sorted({1, cores}):
            start = seconds(workers, workers)  # processes take seconds to start
            rest = seconds(workers, workers * (1 + args.images)) - start
            print(f'{workers} process{"es" * (workers > 1)}: {workers * args.images / rest:.2f} images per second, '
                  f'after {start:.1f} s for the start and the first image of each')


def loader_labels(labels: np.ndarray, radius: int = 10) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Make the affinity labels of one image as float arrays, like a data loader would.

    Args:
        labels: `(h, w)` uint8, 255 for uncertain pixels.
        radius: search radius, in pixels of the map.

    Returns:
        Three masks `(P, h', w')` float32: pairs in the background, within a class, of different classes.
    """
    from mmwsss.pseudo_labels import path_index
    margin = radius - 1
    height, width = labels.shape[0] - margin, labels.shape[1] - 2 * margin
    source = labels[:height, margin:margin + width][None]
    target = np.stack([labels[dy:dy + height, margin + dx:margin + dx + width]
                       for dy, dx in path_index(radius).destinations])
    valid = (source != 255) & (target != 255)
    equal = valid & (source == target)
    masks = equal & (source == 0), equal & (source != 0), valid & (source != target)
    return tuple(mask.astype(np.float32) for mask in masks)


def run_affinity(args: argparse.Namespace) -> None:
    """Print the cost of making and copying affinity labels, compared to a training step of IRNet's head."""
    from mmwsss.models.losses.affinity_displacement import affinity_displacement_loss, pair_labels
    from mmwsss.pseudo_labels import path_index
    side = args.crop // 4
    rng = np.random.default_rng(0)
    coarse = rng.choice([0, 0, 0, 3, 7, 255], size=(args.batch, 8, 8)).astype(np.uint8)
    labels = coarse.repeat(side // 8, axis=1).repeat(side // 8, axis=2)
    on_device = torch.tensor(labels).to(args.device)
    boundary = torch.randn(args.batch, 1, *labels.shape[1:], device=args.device, requires_grad=True)
    displacement = torch.randn(args.batch, 2, *labels.shape[1:], device=args.device, requires_grad=True)
    targets = torch.tensor(path_index(10).destinations)

    def seconds(run: Callable[[], object]) -> float:
        run()
        if args.device.startswith('cuda'):
            torch.cuda.synchronize()
        start = time.perf_counter()
        run()
        if args.device.startswith('cuda'):
            torch.cuda.synchronize()
        return (time.perf_counter() - start) / args.batch

    def in_the_loader() -> list[torch.Tensor]:
        made = [loader_labels(label) for label in labels]
        return [torch.from_numpy(np.stack(parts)).to(args.device) for parts in zip(*made, strict=True)]

    def step() -> None:
        losses = affinity_displacement_loss(boundary, displacement, on_device)
        (sum(losses.values()) / 2).backward()

    shipped = in_the_loader()
    for ours, theirs in zip(pair_labels(on_device, targets, 10), shipped, strict=True):
        assert bool((ours == theirs.bool()).all())
    megabytes = sum(part.nbytes for part in shipped) / args.batch / 1e6
    print(f'affinity labels, crops of {args.crop} (maps of {side}), batch {args.batch}, {args.device}, '
          f'{torch.get_num_threads()} threads; per image')
    print(f'made in the loader by NumPy, copied as float32: {seconds(in_the_loader):.3f} s, {megabytes:.1f} MB')
    on = seconds(lambda: pair_labels(on_device, targets, 10))
    print(f'on the device: {on:.3f} s, {labels[0].nbytes / 1e6:.3f} MB')
    print(f'the whole loss with gradients, including labels on the device: {seconds(step):.3f} s')
