"""Draw the sample: a small data set in VOC's layout, for machines without VOC.

It has six of VOC's classes in three pairs: cat and dog, cow and horse, bus and car. The classes of a pair share body,
poses and places, and colours are only a hint: a small part, the head or the front, decides the class. So a classifier
looks at that part, while the mask covers the whole object. Masks are exact: pixels that mix two classes are void (255).
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
                                ('size', 160, 'longer side of the images in pixels'), ('seed', 0, 'of the drawing')):
        parser.add_argument(f'--{name}', type=int, default=default, help=f'{text} (default: %(default)s)')
    args = parse_arguments(parser, arguments)
    if args.train < 1 or args.val < 1:
        parser.error('--train and --val must be at least 1')
    if args.size < 64:
        parser.error('--size must be at least 64: a head is a tenth of it')
    if args.seed < 0:
        parser.error('--seed must not be negative')
    return args


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the sample, or end with one message that says what is wrong."""
    args = parse_args(arguments)
    with plain_errors(resume_hint=lambda: 'Run the same command again to resume.'):
        count = write_sample(args.out, args.train, args.val, args.size, args.seed)
    print(f'{args.out}: {count} images drawn' if count else f'{args.out} holds this sample already')


if __name__ == '__main__':
    main()
