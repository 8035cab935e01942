"""`benchmark.py ir-labels`: both seeds of a label on one lattice beside two inferences, and images a second."""
import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

REPEATS = 3


def run(args: argparse.Namespace) -> None:
    """Print both tables."""
    from mmwsss.utils.system import available_cores
    height, width = args.size
    cores = available_cores()
    print(f'IR labels of {height}x{width} images with {args.classes} classes, {cores} cores')
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_images(folder, args)
        compare_seeds(folder, args)
        for workers in sorted({1, cores}):
            start = label_images(folder, args, workers, workers)  # processes take seconds to start
            rest = label_images(folder, args, workers, workers * (1 + args.images)) - start
            print(f'{workers} process{"es" * (workers > 1)}: {workers * args.images / rest:.2f} images a second, '
                  f'after {start:.1f} s for the start and the first of each')


def write_images(folder: Path, args: argparse.Namespace) -> None:
    """Write smooth random images, and CAM files."""
    from mmwsss.pseudo_labels import write_cam
    rng = np.random.default_rng(0)
    height, width = args.size
    for index in range(args.images):
        coarse = rng.integers(0, 256, (12, 16, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((width, height), Image.BICUBIC).save(folder / f'{index}.jpg')
        small = torch.tensor(rng.random((1, args.classes, 6, 8), dtype=np.float32))
        cam = torch.nn.functional.interpolate(small, size=(-(-height // 4), -(-width // 4)), mode='bilinear')[0]
        cam /= cam.amax((1, 2), keepdim=True)
        write_cam(folder / f'{index}.npz', cam, range(args.classes), args.size, class_names(args.classes))


def class_names(number: int) -> list[str]:
    """Names for so many classes."""
    return [f'class {index}' for index in range(number)]


def compare_seeds(folder: Path, args: argparse.Namespace) -> None:
    """Print what the two seeds of a label take together and one after the other, by each backend."""
    from mmwsss.models import DenseCRF
    from mmwsss.pseudo_labels import cam_to_ir_label, read_cam
    from mmwsss.pseudo_labels.mean_field import BACKENDS, check_backend
    from mmwsss.utils.errors import InputError
    image, cam = np.asarray(Image.open(folder / '0.jpg')), read_cam(folder / '0.npz')
    print(f"{'one process, s an image':28}{'two inferences':>16}{'one lattice':>14}{'speed-up':>10}"
          f"{'equal labels':>14}")
    for backend in BACKENDS[1:]:
        try:
            check_backend(backend)
        except InputError as error:
            print(f'{backend}: {error}')
            continue
        refinement = DenseCRF(backend=backend)

        def separate(pixels: torch.Tensor, scores: torch.Tensor, crf: DenseCRF = refinement) -> torch.Tensor:
            return torch.stack([crf.refine(pixels, one) for one in scores])

        results = []
        for refine in (separate, refinement.refine_sets):
            seconds = []
            for _ in range(REPEATS):
                start = time.perf_counter()
                label = cam_to_ir_label(image, cam.cam, cam.keys, refine=refine)
                seconds.append(time.perf_counter() - start)
            results.append((min(seconds), label))
        (apart, label), (together, other) = results
        print(f'{backend:28}{apart:16.2f}{together:14.2f}{apart / together:10.2f}{(label == other).mean():14.2%}')


def label_images(folder: Path, args: argparse.Namespace, workers: int, count: int) -> float:
    """Make labels as `tools/make_ir_labels.py` does; return the seconds."""
    from mmwsss.engine.ir_labels import Job, make_ir_labels
    from mmwsss.models import DenseCRF
    classes = tuple(class_names(args.classes))
    jobs = [Job(str(folder / f'{index % args.images}.jpg'), str(folder / f'{index % args.images}.npz'),
                folder / f'{index}.png', classes, dict(classes=('background', *classes)), 0.30, 0.05, DenseCRF())
            for index in range(count)]
    return make_ir_labels(jobs, workers).seconds
