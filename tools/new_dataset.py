"""Write configs for your own images: lists, labels, a classifier, IRNet, a segmentor and a pipeline.

LABELS is a .json, .csv or .npy file, COCO's .json, a folder of VOC's .xml files, or a folder with one folder per
class (it may be IMAGES itself; images without an object are in a folder called background, none or negative). A .csv
has names (img1.jpg,cat;dog) or a column for each class with 1 and 0. Images in folders train and val keep this split.
Images, labels and masks are checked first. Without masks everything runs, too; thresholds are then label-free.
The tool prints what it chose for your images and why; change it in the configs.
"""
import argparse
import shlex
from pathlib import Path

from _start import import_mmwsss, make_parser, parse_arguments, plain_errors, tools_folder

EXAMPLES = """\
  python tools/new_dataset.py photos labels.csv --out my
  python tools/new_dataset.py flowers flowers --backbone r50      # a folder a class
  python tools/new_dataset.py images labels.json --masks masks --val-list val.txt
  python tools/run_pipeline.py my/pipeline.py"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('images', metavar='IMAGES', help='folder of images, also with folders below it')
    parser.add_argument('labels', metavar='LABELS', help='which classes each image shows')
    parser.add_argument('--masks', metavar='DIR', help='folder of masks <id>.png for evaluation, at least two: class '
                        'numbers, 0 for the background, then the classes in their order, 255 for ignored pixels. '
                        'Numbers that do not agree with the labels are refused')
    parser.add_argument('--val-list', metavar='FILE', help='list of validation images, one id per line (default: the '
                        'folder val beside train, else a random fifth with all classes, images with masks first)')
    parser.add_argument('--name', help='name of the data set, and of its folder in work_dirs (default: that of --out)')
    parser.add_argument('--out', metavar='DIR', help='new folder of the configs (default: my_NAME or my_IMAGES)')
    parser.add_argument('--backbone', metavar='NAME', help='one of configs/_base_/models, may be abbreviated (default: '
                        'r50 with a GPU, else efflite0)')
    parser.add_argument('--classes', metavar='NAME,NAME', help='the order of the classes, for masks and multi-hot '
                        'vectors (default: by name)')
    parser.add_argument('--seed', type=int, default=0, help='seed of the random split (default: %(default)s)')
    parser.add_argument('--skip-bad', action='store_true', help='leave out images without labels, labels without an '
                        'image and damaged images')
    return parse_arguments(parser)


def main() -> None:
    """Write the configs, or exit with one message that says what is wrong."""
    args = parse_args()
    import_mmwsss()
    import torch

    from mmwsss.apis.new_dataset import new_dataset

    backbone, reason = args.backbone, ''
    if backbone is None:
        backbone, reason = ('r50', 'there is a GPU') if torch.cuda.is_available() else ('efflite0', 'there is no GPU')
    classes = [label.strip() for label in (args.classes or '').split(',') if label.strip()]
    out = args.out or f'my_{args.name or Path(args.images).resolve().name}'
    with plain_errors():
        configs = Path(__file__).resolve().parents[1] / 'configs'
        made = new_dataset(args.images, args.labels, out, configs, backbone, args.masks,
                           args.val_list, args.name, classes, args.seed, args.skip_bad)
        print('\n'.join(made.found))
        if reason:
            print(f'backbone {backbone}: {reason} (--backbone chooses another)')
        print('\n'.join(made.reasons))
        for note in made.notes:
            print(f'note: {note}')
        command = shlex.join(['python', f'{tools_folder()}/run_pipeline.py', f'{made.folder}/pipeline.py'])
        print(f'{made.folder}: configs written. Next:\n  {command}')


if __name__ == '__main__':
    main()
