"""Write localization cues from CAMs: the cells of a coarse grid that certainly belong to a class or the background.

SEC and DSRG learn from them. The config's `cues` sets the grid (the size of the network's map), the share of a map's
maximum that a cue must exceed, and the share of cells that become background.
A stopped run resumes where it stopped. The files are <out>/<id>.npz, less than a kilobyte each.
"""
import argparse

from _start import add_config_options, add_overwrite, import_mmwsss, make_parser, parse_arguments, plain_errors

EXAMPLES = """\
  python tools/make_cues.py configs/sec_vgg16_voc.py
  python tools/make_cues.py configs/sec_vgg16_voc.py --cams cams_of_seam --out cues --cfg-options cues.fg_thr=0.3"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('config', help='config of the segmentor that will be trained on the cues')
    parser.add_argument('--cams', metavar='DIR', help="folder of CAM files (default: the config's cam_dir)")
    parser.add_argument('--out', metavar='DIR', help="output folder (default: the config's cue_dir)")
    add_overwrite(parser)
    add_config_options(parser)
    return parse_arguments(parser)


def main() -> None:
    """Write the cues, or exit with one message that says what is wrong."""
    args = parse_args()
    import_mmwsss()
    from mmwsss.engine.config import load_config
    from mmwsss.engine.cues import cue_settings, make_cues
    from mmwsss.engine.training_files import claim_training_files
    from mmwsss.utils.provenance import check_complete

    with plain_errors(resume_hint=lambda: 'Run the same command again to resume.'):
        cfg = load_config(args.config, args.cfg_options)
        settings = cue_settings(cfg)
        dataset, out, ids = claim_training_files(cfg, args.cams or cfg.get('cam_dir'), args.out, '.npz',
                                                 dict(stage='cues', **settings), args.overwrite)
        count = make_cues(dataset, out, settings)
        check_complete(out, ids, '.npz')
        print(f'{out}: {len(dataset)} images; {count} written.')


if __name__ == '__main__':
    main()
