"""Write the class activation maps of a trained classifier, one file per image.

A stopped run resumes where it stopped. The files are <out>/<id>.npz, float16 at stride 4 (see
mmwsss/pseudo_labels/cam_file.py); read them with mmwsss.pseudo_labels.read_cam.
"""
import argparse
from pathlib import Path

from _start import add_list, add_overwrite, add_run_arguments, import_mmwsss, make_parser, parse_arguments, plain_errors

EXAMPLES = """\
  python tools/make_cams.py configs/vwe_hspp_r50_voc.py work_dirs/vwe_hspp_r50_voc/epoch_6.pth
  python tools/make_cams.py configs/vwe_hspp_r50_voc.py vwe.pth --list train --out cams_of_train
  bash tools/dist_run.sh 4 tools/make_cams.py configs/vwe_hspp_r50_voc.py vwe.pth"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('config', help='config of a CAM classifier')
    parser.add_argument('checkpoint', help='its checkpoint')
    parser.add_argument('--out', metavar='DIR', help='output folder (default: <work dir of the config>/cams)')
    add_list(parser, 'classifier')
    add_overwrite(parser)
    add_run_arguments(parser)
    return parse_arguments(parser)


def main() -> None:
    """Write the CAMs, or exit with one message that says what is wrong."""
    args = parse_args()
    import_mmwsss()
    from mmwsss.engine.config import load_config
    from mmwsss.engine.file_writing import prepare, write_files
    from mmwsss.engine.pruned_config import without_weights

    with plain_errors(args.launcher, lambda: 'Run the same command again to resume.'):
        cfg = load_config(args.config, args.cfg_options, None, args.launcher)
        out = args.out or str(Path(cfg.work_dir) / 'cams')
        dataset = prepare(cfg, args.checkpoint, out, args.list)
        made_from = dict(stage='cams', model=without_weights(cfg.model.to_dict()), pipeline=dataset.pipeline)
        write_files(cfg, dict(type='CAMWriter', output_dir=out), '.npz', made_from, args.overwrite)


if __name__ == '__main__':
    main()
