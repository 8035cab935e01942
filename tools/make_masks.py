"""Write the masks that a trained segmentor predicts for its training images, e.g. as labels of a second one.

A stopped run resumes where it stopped. The files are <out>/<id>.png with the data set's own class ids;
MMSegmentation's datasets read them as masks. Images need no masks of their own.
"""
import argparse
from pathlib import Path

from _start import add_list, add_overwrite, add_run_arguments, import_mmwsss, make_parser, parse_arguments, plain_errors

EXAMPLES = """\
  python tools/make_masks.py configs/dsrg_r101_voc.py work_dirs/dsrg_r101_voc/iter_8000.pth --tta
  python tools/make_masks.py configs/dsrg_r101_voc.py dsrg.pth --refine DenseCRF bilateral_sxy=80 --out masks
  bash tools/dist_run.sh 4 tools/make_masks.py configs/dsrg_r101_voc.py dsrg.pth"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('config', help='config of a segmentor on an ImageLabelDataset')
    parser.add_argument('checkpoint', help='its checkpoint')
    parser.add_argument('--out', metavar='DIR', help='output folder (default: <work dir of the config>/masks)')
    add_list(parser, 'segmentor')
    parser.add_argument('--tta', action='store_true', help="use the config's test-time augmentation (tta_model)")
    parser.add_argument('--refine', nargs='+', metavar=('TYPE', 'KEY=VALUE'), help='local refinement of the '
                        'probabilities and its settings, e.g. DenseCRF steps=5 (default: none)')
    add_overwrite(parser)
    add_run_arguments(parser)
    return parse_arguments(parser)


def main() -> None:
    """Write the masks, or exit with one message that says what is wrong."""
    args = parse_args()
    import_mmwsss()
    from mmwsss.engine.config import load_config
    from mmwsss.engine.evaluation_options import augment
    from mmwsss.engine.file_writing import prepare, write_files
    from mmwsss.engine.local_refinements import build_refinement
    from mmwsss.engine.options import parse_component
    from mmwsss.engine.pruned_config import without_weights

    with plain_errors(args.launcher, lambda: 'Run the same command again to resume.'):
        cfg = load_config(args.config, args.cfg_options, None, args.launcher)
        out = args.out or str(Path(cfg.work_dir) / 'masks')
        if args.tta:
            augment(cfg)
        dataset = prepare(cfg, args.checkpoint, out, args.list)
        made_from = dict(stage='masks', model=without_weights(cfg.model.to_dict()), pipeline=dataset.pipeline)
        writer = dict(type='PseudoLabelWriter', output_dir=out)
        if args.refine is not None:
            made_from['refine'] = parse_component(args.refine)
            build_refinement(made_from['refine'], '--refine')
            writer = dict(type='CRFIoUMetric', format_only=True, refine=made_from['refine'], output_dir=out)
        write_files(cfg, writer, '.png', made_from, args.overwrite)


if __name__ == '__main__':
    main()
