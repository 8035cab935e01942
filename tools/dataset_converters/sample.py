"""Draw the sample: a small data set in VOC's layout, for machines that have no VOC.

Six of VOC's classes in three pairs (cat and dog, cow and horse, bus and car). The two of a pair share body, poses and
places, and their colours only hint at the class: a small part, head or front, decides. So a classifier looks at that
part, while the mask wants all of the object. Masks are exact: pixels that mix two classes are void (255).
"""
import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from converter_parts.messages import end_with_message
from drawn_sample.folder import write_sample

EPILOG = """\
example:
  python tools/dataset_converters/sample.py data/sample
"""


def parse_args(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, epilog=EPILOG,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('out', type=Path, metavar='OUT', help='new folder, or that of the same sample')
    for name, default, text in (('train', 240, 'training images'), ('val', 60, 'validation images'),
                                ('size', 160, 'longer side of the images in pixels'), ('seed', 0, 'of the drawing')):
        parser.add_argument(f'--{name}', type=int, default=default, help=f'{text} (default: %(default)s)')
    args = parser.parse_args(arguments)
    if args.train < 1 or args.val < 1:
        parser.error('--train and --val must be at least 1')
    if args.size < 64:
        parser.error('--size must be at least 64: a head is a tenth of it')
    if args.seed < 0:
        parser.error('--seed must not be negative')
    return args


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the sample; the exit status."""
    args = parse_args(arguments)
    count = write_sample(args.out, args.train, args.val, args.size, args.seed)
    print(f'{args.out}: {count} images drawn' if count else f'{args.out} holds this sample already')
    return 0


if __name__ == '__main__':
    end_with_message(main)
