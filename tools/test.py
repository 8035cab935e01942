"""Test a checkpoint: compute metrics and, if requested, write or visualize predictions."""
import argparse

from _start import add_run_arguments, import_mmwsss, make_parser, parse_arguments, plain_errors

EXAMPLES = """\
  python tools/test.py configs/vwe_hspp_r50_voc.py work_dirs/vwe_hspp_r50_voc/epoch_6.pth
  python tools/test.py configs/vwe_hspp_r50_voc.py vwe.pth --show-dir visualized
  python tools/test.py configs/deeplabv2_r101_voc.py deeplab.pth --out masks --tta
  bash tools/dist_test.sh configs/vwe_hspp_r50_voc.py vwe.pth 4"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file; it must fit the model exactly')
    parser.add_argument(
        '--work-dir',
        help="folder for the metrics as JSON (default: the config's work_dir, else "
        './work_dirs/<name of the config>)')
    parser.add_argument('--out', metavar='DIR', help='write the predicted label maps as PNG to this folder')
    parser.add_argument('--json', metavar='FILE', help='also write the metrics to this file')
    parser.add_argument('--show', action='store_true', help='show each prediction in a window')
    parser.add_argument('--show-dir', metavar='DIR', help='visualize each prediction in a file in this folder')
    parser.add_argument(
        '--wait-time', type=float, default=2, help='seconds per window with --show (default: 2)')
    parser.add_argument(
        '--tta', action='store_true', help="use the config's test-time augmentation (tta_model)")
    add_run_arguments(parser)
    return parse_arguments(parser)


def main() -> None:
    """Test, or exit with one message that says what is wrong."""
    args = parse_args()
    import_mmwsss()
    from mmengine.dist import is_main_process

    from mmwsss.engine.config import load_config
    from mmwsss.engine.distributed import leave_group
    from mmwsss.engine.evaluation_options import add_prediction_writer, augment, visualize
    from mmwsss.engine.runner import build_runner
    from mmwsss.engine.runner_adapter import dataset_of
    from mmwsss.evaluation.pseudo_label_writer import require_distinct_names
    from mmwsss.utils.json_file import write_json
    from mmwsss.utils.output import require_file, require_folder

    with plain_errors(args.launcher, lambda: 'Run the same command to start again.'):
        cfg = load_config(args.config, args.cfg_options, args.work_dir, args.launcher)
        cfg.load_from, cfg.resume = args.checkpoint, False
        visualize(cfg, args.show, args.show_dir, args.wait_time)
        if args.tta:
            augment(cfg)
        if args.out:
            folders = add_prediction_writer(cfg, args.out)
        if args.json:
            require_file(args.json)
        if args.show_dir:
            require_folder(args.show_dir)
        runner = build_runner(cfg, ('test', ), strict=True)
        if args.out:
            dataset = dataset_of(runner, 'test')
            require_distinct_names((dataset.get_data_info(index) for index in range(len(dataset))), folders)
        metrics = runner.test()
        if args.json and is_main_process():
            write_json(args.json, {name: float(value) for name, value in metrics.items()}, indent=None)
        leave_group()


if __name__ == '__main__':
    main()
