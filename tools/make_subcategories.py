"""Cluster the images of each class into sub-categories, with the features of a trained classifier (SC-CAM).

The file is JSON, image id -> indices of its sub-categories; a SubCategoryHead learns them from the dataset's
sub_category_file. It is written at the end, in one step.
"""
import argparse
from pathlib import Path

from _start import add_list, add_run_arguments, import_mmwsss, make_parser, parse_arguments, plain_errors

EXAMPLES = """\
  python tools/make_subcategories.py configs/cam_r50_voc.py work_dirs/cam_r50_voc/epoch_6.pth --out sub_categories.json
  python tools/make_subcategories.py configs/cam_r50_voc.py cam.pth --k 5 --list train --allow-fewer
  bash tools/dist_run.sh 4 tools/make_subcategories.py configs/cam_r50_voc.py cam.pth"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('config', help='config of a CAM classifier')
    parser.add_argument('checkpoint', help='its checkpoint')
    parser.add_argument('--out', metavar='FILE', help='output file (default: <work dir of the config>/'
                        'sub_categories.json)')
    parser.add_argument('--k', type=int, default=10, help='sub-categories per class (default: %(default)s)')
    parser.add_argument('--seed', type=int, default=0, help='seed of the clustering (default: %(default)s)')
    add_list(parser, 'classifier')
    parser.add_argument('--allow-fewer', action='store_true', help='accept classes with fewer than k images, with one '
                        'sub-category for each image')
    add_run_arguments(parser)
    return parse_arguments(parser)


def main() -> None:
    """Write the sub-categories, or exit with one message that says what is wrong."""
    args = parse_args()
    import_mmwsss()
    from mmwsss.engine.config import load_config
    from mmwsss.engine.file_writing import prepare
    from mmwsss.engine.sub_categories import make_sub_categories

    with plain_errors(args.launcher):
        cfg = load_config(args.config, args.cfg_options, None, args.launcher)
        out = Path(args.out or Path(cfg.work_dir) / 'sub_categories.json')
        prepare(cfg, args.checkpoint, str(out.with_suffix('')), args.list)
        make_sub_categories(cfg, out, args.k, args.seed, args.allow_fewer)


if __name__ == '__main__':
    main()
