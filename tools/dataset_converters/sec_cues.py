"""Convert the cues that SEC and DSRG publish for PASCAL VOC (localization_cues.pickle) to files of this project.

LIST maps the pickle's numbers to images: lines "NAME NUMBER" as in the published input_list.txt, or one id per line in
the order of the numbers. The pickle is read without running code in it. Train with
--cfg-options train_dataloader.dataset.seg_map_dir=OUT.
"""
import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _start import import_mmwsss, make_parser, parse_arguments, plain_errors

EXAMPLES = '  python tools/dataset_converters/sec_cues.py localization_cues.pickle input_list.txt work_dirs/sec_cues'


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('pickle', metavar='PICKLE', help='the published file')
    parser.add_argument('list', metavar='LIST', help='list of the images that belong to the numbers')
    parser.add_argument('out', metavar='OUT', help='folder of the cue files')
    return parse_arguments(parser)


def main() -> None:
    """Write the cue files, or exit with one message that says what is wrong."""
    args = parse_args()
    import_mmwsss()
    from mmseg.datasets import PascalVOCDataset

    from mmwsss.convert.sec_cues import convert_sec_cues

    with plain_errors():
        count = convert_sec_cues(args.pickle, args.list, args.out, PascalVOCDataset.METAINFO['classes'])
        print(f'{args.out}: {count} images.')


if __name__ == '__main__':
    main()
