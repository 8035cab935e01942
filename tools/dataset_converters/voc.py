"""Prepare PASCAL VOC 2012 for training from image-level labels, or check a folder in its layout.

Unpacks local archives, merges the masks of the Semantic Boundaries Dataset (SBD) with the official ones, and writes
the split list train_aug and the image-level labels. What is there already stays; a run that was stopped goes on.
"""
import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from converter_parts.messages import end_with_message
from voc_2012.check import check
from voc_2012.prepare import prepare

EPILOG = """\
DATA_ROOT is the folder that holds JPEGImages, usually data/VOCdevkit/VOC2012. Written into it:
  ImageSets/Segmentation/train_aug.txt   10582 ids: SBD and VOC's train, without VOC's val
  SegmentationClassAug/                  masks of SBD, and the official ones where there are
  image_labels.json                      {id: [class, ...]} from Annotations, difficult objects included
  SBD/                                   what --archives found in SBD's archive

examples:
  python tools/dataset_converters/voc.py data/VOCdevkit/VOC2012 --archives ~/Downloads
  python tools/dataset_converters/voc.py data/VOCdevkit/VOC2012 --check
"""


def parse_args(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, epilog=EPILOG,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('root', type=Path, metavar='DATA_ROOT', help='the VOC2012 folder; --archives makes it')
    parser.add_argument('--archives', type=Path, metavar='DIR',
                        help='where VOCtrainval_11-May-2012.tar and SBD\'s benchmark.tgz lie, or either of them')
    parser.add_argument('--check', action='store_true',
                        help='write nothing; check images, masks, lists and labels, also of a part of VOC')
    parser.add_argument('--workers', type=int, default=os.cpu_count(), help='processes (default: %(default)s)')
    args = parser.parse_args(arguments)
    if args.check and args.archives:
        parser.error('--check writes nothing, so it takes no --archives')
    if args.workers < 1:
        parser.error('--workers must be at least 1')
    return args


def main(arguments: Sequence[str] | None = None) -> int:
    """Prepare or check; the exit status."""
    args = parse_args(arguments)
    if args.check:
        return 0 if check(args.root, args.workers) else 1
    prepare(args.root, args.archives, args.workers)
    return 0


if __name__ == '__main__':
    end_with_message(main)
