"""Benchmark of the DenseCRF: PyTorch beside pydensecrf."""
import argparse
import time

import numpy as np
import torch
from PIL import Image


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add `crf` to the command line."""
    crf = commands.add_parser('crf', help='DenseCRF of 10 steps: PyTorch beside pydensecrf')
    crf.add_argument('--image', help='file of an image (default: a smooth random one)')
    crf.add_argument('--size', type=int, nargs=2, default=(375, 500), metavar=('H', 'W'))
    crf.add_argument('--classes', type=int, nargs='+', default=(3, 21))
    crf.add_argument('--device', default='cuda' if torch.cuda.is_available() else 'cpu')


def run(args: argparse.Namespace) -> None:
    """Print seconds an image, and how far the backends differ."""
    from mmwsss.pseudo_labels import mean_field
    height, width = args.size
    coarse = Image.fromarray(np.random.default_rng(0).integers(0, 256, (12, 16, 3), dtype=np.uint8))
    source = Image.open(args.image).convert('RGB') if args.image else coarse
    image = torch.from_numpy(np.array(source.resize((width, height), Image.BICUBIC))).permute(2, 0, 1)
    kernels = (3, 3), (50, 5, 10)

    def measure(energies: torch.Tensor, backend: str, steps: int) -> tuple[float, torch.Tensor]:
        start = time.perf_counter()
        probs = mean_field(image, energies, *kernels, steps, backend=backend).cpu()
        return time.perf_counter() - start, probs

    print(f'DenseCRF, {height}x{width}, 10 steps, {args.device}')
    print(f"{'':24}{'lattice s':>12}{'all s':>10}{'largest difference':>20}{'equal labels':>14}")
    for classes in args.classes:
        torch.manual_seed(0)
        scores = torch.nn.functional.interpolate(4 * torch.rand(1, classes, 12, 16), size=(height, width),
                                                 mode='bilinear', align_corners=False)[0]
        energies = -scores.log_softmax(dim=0)
        reference = None
        for backend in ('pydensecrf', 'torch'):
            given = energies.to(args.device) if backend == 'torch' else energies
            measure(given, backend, 0)  # warms up
            lattice, _ = measure(given, backend, 0)
            seconds, probs = measure(given, backend, 10)
            reference = probs if reference is None else reference
            error, equal = (probs - reference).abs().max(), (probs.argmax(0) == reference.argmax(0)).float().mean()
            print(f'{f"{backend}, {classes} classes":24}{lattice:12.2f}{seconds:10.2f}{error:20.1e}{equal:14.2%}')
