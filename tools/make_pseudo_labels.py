"""Write pseudo labels: CAMs refined by a trained refiner such as IRNet, as palette PNGs.

A stopped run resumes where it stopped. The files are <out>/<id>.png with the data set's own class ids;
MMSegmentation's datasets read them as masks. tools/test.py with the same config measures the best threshold.
"""
import argparse
from pathlib import Path

from _start import (
    OptionsAction,
    add_list,
    add_overwrite,
    add_run_arguments,
    import_mmwsss,
    make_parser,
    parse_arguments,
    plain_errors,
)

EXAMPLES = """\
  python tools/make_pseudo_labels.py configs/irnet_r50_voc.py work_dirs/irnet_r50_voc/epoch_3.pth
  python tools/make_pseudo_labels.py configs/irnet_r50_voc.py irn.pth --cams cams --bg-thr 0.3 --out pseudo_labels
  python tools/make_pseudo_labels.py configs/irnet_r50_voc.py irn.pth --refine DenseCRF steps=5
  bash tools/dist_run.sh 4 tools/make_pseudo_labels.py configs/irnet_r50_voc.py irn.pth"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('config', help='config of a refiner')
    parser.add_argument('checkpoint', help='its checkpoint')
    parser.add_argument('--cams', metavar='DIR', help="folder of CAM files (default: the config's cam_dir)")
    parser.add_argument(
        '--out', metavar='DIR', help='output folder (default: <work dir of the config>/pseudo_labels)')
    add_list(parser, 'refiner')
    parser.add_argument('--bg-thr', type=float, help='background threshold for scores relative to the largest in the '
                        "image (default: the config's, 0.25 as published)")
    refine = parser.add_mutually_exclusive_group()
    refine.add_argument('--refine', nargs='+', metavar=('TYPE', 'KEY=VALUE'), help='local refinement of the labels '
                        "and its settings (default: the config's test_cfg.refine)")
    refine.add_argument('--crf', nargs='*', action=OptionsAction, metavar='KEY=VALUE', help='short for --refine '
                        'DenseCRF KEY=VALUE ...')
    add_overwrite(parser)
    add_run_arguments(parser)
    return parse_arguments(parser)


def main() -> None:
    """Write the labels, or exit with one message that says what is wrong."""
    args = parse_args()
    import_mmwsss()
    from mmwsss.engine.config import load_config
    from mmwsss.engine.file_writing import origin_of_cams, prepare, use_cams, write_files
    from mmwsss.engine.local_refinements import build_refinement
    from mmwsss.engine.options import parse_component
    from mmwsss.engine.pruned_config import without_weights

    with plain_errors(args.launcher, lambda: 'Run the same command again to resume.'):
        cfg = load_config(args.config, args.cfg_options, None, args.launcher)
        out = args.out or str(Path(cfg.work_dir) / 'pseudo_labels')
        dataset = prepare(cfg, args.checkpoint, out, args.list)
        cams = use_cams(cfg, args.cams)
        options = {} if args.bg_thr is None else dict(bg_thr=args.bg_thr)
        if args.crf is not None:
            options.update(crf=args.crf, refine=None)
        if args.refine is not None:
            options.update(refine=parse_component(args.refine), crf=None)
            build_refinement(options['refine'], '--refine')
        if options:
            cfg.model.test_cfg = {**(cfg.model.get('test_cfg') or {}), **options}
        made_from = dict(stage='pseudo labels', model=without_weights(cfg.model.to_dict()), pipeline=dataset.pipeline,
                         **origin_of_cams(cams))
        write_files(cfg, dict(type='PseudoLabelWriter', output_dir=out), '.png', made_from, args.overwrite)


if __name__ == '__main__':
    main()
