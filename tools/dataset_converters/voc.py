"""Prepare PASCAL VOC 2012 for training from image-level labels, or check a folder in its layout.

Unpacks local archives, merges the masks of the Semantic Boundaries Dataset (SBD) with the official ones, and writes
the list train_aug and the image-level labels. Existing files are kept; run it again to resume after an interruption.

DATA_ROOT is the folder that contains JPEGImages, usually data/VOCdevkit/VOC2012. Written into it:
  ImageSets/Segmentation/train_aug.txt   10582 ids: SBD and VOC's train, without VOC's val
  SegmentationClassAug/                  the official masks, and SBD's for all other images
  image_labels.json                      {id: [class, ...]} from Annotations, including difficult objects
  SBD/                                   files that --archives unpacks from SBD's archive
"""
import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _start import make_parser, parse_arguments, plain_errors
from voc_2012.check import check
from voc_2012.prepare import prepare

from mmwsss.utils.worker_pool import default_workers

EXAMPLES = """\
  python tools/dataset_converters/voc.py data/VOCdevkit/VOC2012 --archives ~/Downloads
  python tools/dataset_converters/voc.py data/VOCdevkit/VOC2012 --check"""


def parse_args(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('root', type=Path, metavar='DATA_ROOT', help='the VOC2012 folder; --archives creates it')
    parser.add_argument('--archives', type=Path, metavar='DIR',
                        help='folder with VOCtrainval_11-May-2012.tar, SBD\'s benchmark.tgz, or both')
    parser.add_argument('--check', action='store_true',
                        help='write nothing; check images, masks, lists and labels, also of a subset of VOC')
    parser.add_argument('--workers', type=int, default=default_workers(), help='processes (default: %(default)s)')
    args = parse_arguments(parser, arguments)
    if args.check and args.archives:
        parser.error('--check cannot be combined with --archives: it writes nothing')
    if args.workers < 1:
        parser.error(f'--workers must be at least 1, got {args.workers}')
    return args


def main(arguments: Sequence[str] | None = None) -> None:
    """Prepare or check, or exit with one message that says what is wrong; status 1 if the check finds problems."""
    args = parse_args(arguments)
    with plain_errors(resume_hint=lambda: 'Run the same command again to resume.'):
        if not args.check:
            prepare(args.root, args.archives, args.workers)
        elif not check(args.root, args.workers):
            sys.exit(1)


if __name__ == '__main__':
    main()
