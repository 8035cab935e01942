"""Draw the sample: a small data set in VOC's layout, for machines without VOC.

It has six of VOC's classes in three pairs: cat and dog, cow and horse, bus and car. Classes in a pair share body, poses
and places, and colours are only a hint: the head or front determines the class. So a classifier looks at that small
part, while the mask covers the whole object. Masks are exact: pixels that mix two classes are void (255).
"""
import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _start import make_parser, parse_arguments, plain_errors
from drawn_sample.folder import write_sample

EXAMPLES = '  python tools/dataset_converters/sample.py data/sample'


def parse_args(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('out', type=Path, metavar='OUT', help='new folder, or the folder of the same sample')
    for name, default, text in (('train', 240, 'training images'), ('val', 60, 'validation images'),
                                ('size', 160, 'longer side of the images in pixels'), ('seed', 0, 'random seed')):
        parser.add_argument(f'--{name}', type=int, default=default, help=f'{text} (default: %(default)s)')
    args = parse_arguments(parser, arguments)
    if args.train < 1 or args.val < 1:
        parser.error(f'--train and --val must be at least 1, got {args.train} and {args.val}')
    if args.size < 64:
        parser.error(f'--size must be at least 64, got {args.size}: heads would be too small')
    if args.seed < 0:
        parser.error(f'--seed must be at least 0, got {args.seed}')
    return args


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the sample, or exit with one message that says what is wrong."""
    args = parse_args(arguments)
    with plain_errors(resume_hint=lambda: 'Run the same command again to resume.'):
        count = write_sample(args.out, args.train, args.val, args.size, args.seed)
    print(f'{args.out}: {count} images drawn' if count else f'{args.out} already contains this sample')


if __name__ == '__main__':
    main()
