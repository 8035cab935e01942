"""Measure the speed figures of this project's pages, most of them beside the released procedure."""
import argparse
import importlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _start import at_least_one, import_mmwsss, make_parser, parse_arguments, plain_errors

REPO = Path(__file__).resolve().parents[2]
EXAMPLES = """\
  python tools/analysis_tools/benchmark.py cam
  python tools/analysis_tools/benchmark.py walk
  python tools/analysis_tools/benchmark.py cam --config configs/voc6/vwe_hspp_efflite0_voc6.py \\
      --checkpoint work_dirs/.../epoch_10.pth --limit 100"""


def make_benchmark_parser() -> argparse.ArgumentParser:
    """Create the parser. The module `_benchmark_NAME.py` runs the command NAME; only that one is imported."""
    parser = make_parser(__doc__, EXAMPLES)
    commands = parser.add_subparsers(dest='command', required=True)

    def add(name: str, text: str, size: tuple[int, int] | None = None) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        if size:
            command.add_argument('--size', type=at_least_one, nargs=2, default=size, metavar=('H', 'W'),
                                 help=f'of an image (default: {size[0]} {size[1]})')
        return command

    cam = add('cam', 'multi-scale CAM: the released procedure, ours in float32, ours in bfloat16', (375, 500))
    cam.add_argument('--images', type=at_least_one, default=3, help='images per measurement (default: %(default)s)')
    cam.add_argument('--model-config', default=str(REPO / 'configs/vwe_hspp_r50_voc.py'),
                     help='config of the network to time, with random weights (default: vwe_hspp_r50_voc.py)')
    cam.add_argument('--config', help='config with a test set, to also measure the effect of bfloat16 on mIoU')
    cam.add_argument('--checkpoint', help='trained checkpoint for --config')
    cam.add_argument('--limit', type=at_least_one, help='only the first images of that test set')

    walk = add('walk', 'random walk: time and memory, comparison with the dense walk, growth')
    walk.add_argument('--size', type=at_least_one, nargs=2, default=(94, 125), metavar=('H', 'W'),
                      help='size of the map (default: for an image of 375 x 500)')
    walk.add_argument('--sides', type=at_least_one, nargs='*', default=(64, 96, 128, 192, 256),
                      help='sides of the square maps in the second table (default: 64 96 128 192 256)')
    walk.add_argument('--dense', action='store_true',
                      help='also measure the dense walk at this size (94 x 125: 1.1 GB and minutes)')

    affinity = add('affinity', "IRNet's loss and gradient: time, operators and memory, beside the released formulation")
    affinity.add_argument('--batch', type=at_least_one, default=2, help='crops (default: %(default)s)')
    affinity.add_argument('--crop', type=at_least_one, default=512,
                          help='side in pixels; the maps have a quarter of it (default: %(default)s)')

    crf = add('crf', 'DenseCRF of 10 steps: PyTorch beside pydensecrf', (375, 500))
    crf.add_argument('--image', help='file of an image (default: a smooth random one)')
    crf.add_argument('--classes', type=at_least_one, nargs='+', default=(3, 21),
                     help='numbers of classes (default: 3 21)')
    crf.add_argument('--backends', nargs='+', choices=('pydensecrf', 'torch'), default=('pydensecrf', 'torch'),
                     help='what is measured (default: both)')
    crf.add_argument('--profile', action='store_true', help='also list where the PyTorch backend spends its time')

    labels = add('ir-labels', 'IR labels: both seeds on one lattice beside two inferences, and images a second',
                 (375, 500))
    labels.add_argument('--images', type=at_least_one, default=8, help='images a measurement (default: %(default)s)')
    labels.add_argument('--classes', type=at_least_one, default=2, help='classes an image (default: %(default)s)')

    pcm = add('pcm', "SEAM's pixel correlation, with gradients and without: time and memory, beside the released "
              'formulation', (512, 512))
    pcm.add_argument('--stride', type=at_least_one, default=8, help='of the maps (default: %(default)s)')
    pcm.add_argument('--images', type=at_least_one, default=1, help='in the batch (default: %(default)s)')

    methods = add('methods', 'a training step and a prediction of several networks, relative to the first',
                  (192, 256))
    methods.add_argument('configs', nargs='+', help='configs of classifiers and segmentors')
    methods.add_argument('--batch', type=at_least_one, default=16, help='crops a training step (default: %(default)s)')
    methods.add_argument('--turns', type=at_least_one, default=3, help='measurements of each (default: %(default)s)')

    pipeline = add('pipeline', 'seconds until a finished pipeline of 13 stages says "done"')
    pipeline.add_argument('--images', type=at_least_one, default=100_000,
                          help='with a CAM file and two label maps each (default: %(default)s)')

    dataset = add('dataset', 'seconds and memory until a training set is built, and what its CAM files take on disk')
    dataset.add_argument('--images', type=at_least_one, default=100_000, help='of the set (default: %(default)s)')
    dataset.add_argument('--classes', type=at_least_one, default=80, help='of the set (default: %(default)s)')
    dataset.add_argument('--per-image', type=at_least_one, default=3, help='classes an image (default: %(default)s)')
    dataset.add_argument('--cams', metavar='DIR', help='measure the CAM files of this folder instead of random ones')
    for command in (cam, walk, affinity, crf, methods, pcm):
        command.add_argument('--device', choices=('cpu', 'cuda'), help='default: a GPU if there is one')
    return parser


def main() -> None:
    """Run the selected benchmark."""
    args = parse_arguments(make_benchmark_parser())
    import_mmwsss()
    with plain_errors():
        if 'device' in args:
            import torch

            from mmwsss.apis.checks import require_device
            args.device = args.device or ('cuda' if torch.cuda.is_available() else 'cpu')
            require_device(args.device)
        try:
            module = importlib.import_module(f"_benchmark_{args.command.replace('-', '_')}")
        except ModuleNotFoundError as error:
            if (REPO / 'tests' / 'support').is_dir():
                raise
            sys.exit(f'error: `benchmark.py {args.command}` compares with code of the tests ({error.name}). '
                     'Run it in a clone of the repository.')
        module.run(args)


if __name__ == '__main__':
    main()
