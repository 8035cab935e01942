"""Prepare MS COCO 2014 (80 classes) for training from image-level labels.

DATA_ROOT is the folder with annotations/instances_train2014.json, annotations/instances_val2014.json, and the image
folders train2014 and val2014, as the published archives unpack. Written into it:
  image_labels.json                    {id: [class, ...]}, from all annotations, crowds included
  SegmentationClass/train2014, val2014 semantic masks: palette PNGs with 0 background, 1 to 80 classes, 255 void
  ImageSets/Segmentation/train.txt     82081 ids such as train2014/COCO_train2014_000000000009; val.txt 40137

The ids 1 to 80 are COCO's category ids (1 to 90) without the gaps. Where instances overlap, the smaller one is on top;
crowds are void. Images without annotations are left out. Masks that exist are kept, unless the annotations
changed: run it again to resume after an interruption.
"""
import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _start import make_parser, parse_arguments, plain_errors
from coco_2014.prepare import prepare

from mmwsss.utils.worker_pool import default_workers

EXAMPLES = """\
  python tools/dataset_converters/coco.py data/coco
  python tools/dataset_converters/coco.py data/coco --splits val2014 --workers 8"""


def parse_args(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('root', type=Path, metavar='DATA_ROOT', help='the folder with images and annotations')
    parser.add_argument('--splits', nargs='+', default=['train2014', 'val2014'], metavar='NAME',
                        help='image folders; annotations/instances_NAME.json belongs to each (default: train2014 '
                        'val2014)')
    parser.add_argument('--workers', type=int, default=default_workers(), help='processes (default: %(default)s)')
    args = parse_arguments(parser, arguments)
    if args.workers < 1:
        parser.error(f'--workers must be at least 1, got {args.workers}')
    return args


def main(arguments: Sequence[str] | None = None) -> None:
    """Prepare, or exit with one message that says what is wrong."""
    args = parse_args(arguments)
    with plain_errors(resume_hint=lambda: 'Run the same command again to resume.'):
        prepare(args.root, args.splits, args.workers)


if __name__ == '__main__':
    main()
