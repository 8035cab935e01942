"""Cluster the features of each class into prototypes, with a trained classifier and its maps (LPCAM).

Nothing is trained. The output is a checkpoint for a config with an LPCAMHead, e.g. configs/lpcam_r50_voc.py: the
classifier's weights and the prototypes. It is written at the end, in one step.
"""
import argparse
from pathlib import Path

from _start import add_list, add_run_arguments, import_mmwsss, make_parser, parse_arguments, plain_errors

EXAMPLES = """\
  python tools/make_prototypes.py configs/cam_irn_all_r50_voc.py work_dirs/cam_irn_all_r50_voc/epoch_5.pth --list train
  python tools/make_prototypes.py configs/cam_r50_voc.py cam.pth --out lpcam.pth --pixels 50
  bash tools/dist_run.sh 4 tools/make_prototypes.py configs/cam_r50_voc.py cam.pth"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('config', help='config of a CAM classifier')
    parser.add_argument('checkpoint', help='its checkpoint')
    parser.add_argument('--out', metavar='FILE', help='output file (default: <work dir of the config>/prototypes.pth)')
    parser.add_argument('--k', type=int, default=12, help='clusters of a class, and of its context (default: '
                        '%(default)s)')
    parser.add_argument('--seed', type=int, default=0, help='seed of the clustering (default: %(default)s)')
    parser.add_argument('--mask-thr', type=float, default=0.1, help="pixels of a class have a value above this in the "
                        "class's map (default: %(default)s)")
    parser.add_argument('--centre-thr', type=float, default=0.9, help='clusters with a larger probability of the class '
                        'are prototypes (default: %(default)s)')
    parser.add_argument('--context-thr', type=float, nargs=2, default=(0.05, 0.9), metavar=('LOW', 'HIGH'),
                        help='clusters outside of the map with a probability between these are context (default: 0.05 '
                        '0.9)')
    parser.add_argument('--pixels', type=int, help='maximum number of pixels per class and image, inside its map and '
                        'outside each (default: all)')
    add_list(parser, 'classifier')
    add_run_arguments(parser)
    return parse_arguments(parser)


def main() -> None:
    """Write the checkpoint, or exit with one message that says what is wrong."""
    args = parse_args()
    import_mmwsss()
    from mmwsss.engine.config import load_config
    from mmwsss.engine.file_writing import prepare
    from mmwsss.engine.prototypes import make_prototypes

    with plain_errors(args.launcher):
        cfg = load_config(args.config, args.cfg_options, None, args.launcher)
        out = Path(args.out or Path(cfg.work_dir) / 'prototypes.pth')
        prepare(cfg, args.checkpoint, str(out.with_suffix('')), args.list)
        make_prototypes(cfg, out, args.k, args.seed, args.mask_thr, args.centre_thr, tuple(args.context_thr),
                        args.pixels)


if __name__ == '__main__':
    main()
