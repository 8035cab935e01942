"""Derive scribbles, points and boxes from masks, to try weak labels on a data set that has none.

No human drew them, so no figure compares with ScribbleSup's. The rule, for regions of one class (connected, at least
1/1000 of the image):
  scribble  the shortest way through the core of a region (at least half as far from its border as its innermost
            pixel) between two pixels that lie far apart; also of the background
  point     the innermost pixel of each region of an object, and of the largest region of the background
  box       around each region of an object

DATA_ROOT has VOC's layout. Written into OUT, in the formats of the published data sets: Scribbles/<id>.xml,
Boxes/<id>.xml and points.json. tools/make_stroke_labels.py turns these files and the published ones into labels.
"""
import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _start import make_parser, parse_arguments, plain_errors
from mask_strokes.write import write_strokes
from voc_layout import CLASSES, LISTS, MASKS, read_list

from mmwsss.utils.errors import InputError
from mmwsss.utils.worker_pool import default_workers

EXAMPLES = """\
  python tools/dataset_converters/strokes.py data/voc20 --out data/voc20_strokes
  python tools/dataset_converters/strokes.py data/mine --out data/mine --masks masks --classes background cat dog"""


def parse_args(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('root', type=Path, metavar='DATA_ROOT', help='the folder with masks and lists')
    parser.add_argument('--out', type=Path, required=True, metavar='OUT', help='folder of the files; DATA_ROOT is fine')
    parser.add_argument('--list', default='train', metavar='NAME', help='list of the images (default: %(default)s)')
    parser.add_argument('--masks', default=MASKS, metavar='NAME', help='folder of the masks (default: %(default)s)')
    parser.add_argument('--classes', nargs='+', default=list(CLASSES), metavar='NAME',
                        help='names by id, the background first (default: those of VOC)')
    parser.add_argument('--workers', type=int, default=default_workers(), help='processes (default: %(default)s)')
    args = parse_arguments(parser, arguments)
    if args.workers < 1:
        parser.error(f'--workers must be at least 1, got {args.workers}')
    return args


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the strokes, or exit with one message that says what is wrong."""
    args = parse_args(arguments)
    with plain_errors(resume_hint=lambda: 'Run the same command again to resume.'):
        path = args.root / LISTS / f'{args.list.removesuffix(".txt")}.txt'
        if not path.is_file():
            raise InputError(f'The list {path} does not exist. Give the name of a list in {path.parent} with --list.')
        found = write_strokes(args.root / args.masks, read_list(path), args.out, args.classes, args.workers)
    print(f'{args.out}: ' + ', '.join(f'{number} {what}' for what, number in found.items()))


if __name__ == '__main__':
    main()
