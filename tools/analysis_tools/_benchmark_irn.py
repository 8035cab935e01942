"""`benchmark.py ir-labels`: images a second by one process and by many."""
import argparse
import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add the command `ir-labels`."""
    labels = commands.add_parser('ir-labels', help='IR labels: images a second with one and with all cores')
    labels.add_argument('--images', type=int, default=8, help='images a measurement')
    labels.add_argument('--size', type=int, nargs=2, default=(375, 500), metavar=('H', 'W'))
    labels.add_argument('--classes', type=int, default=2, help='classes an image')


def run(args: argparse.Namespace) -> None:
    """Print images a second."""
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
            print(f'{workers} process{"es" * (workers > 1)}: {workers * args.images / rest:.2f} images a second, '
                  f'after {start:.1f} s for the start and the first of each')
