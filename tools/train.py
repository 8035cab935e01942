"""Train the model of a config."""
import argparse

from _start import add_run_arguments, add_vis, import_mmwsss, make_parser, parse_arguments, plain_errors

EXAMPLES = """\
  python tools/train.py configs/vwe_hspp_r50_voc.py
  python tools/train.py configs/vwe_hspp_r50_voc.py --resume
  python tools/train.py configs/vwe_hspp_r50_voc.py --amp --work-dir work_dirs/first_try \\
      --cfg-options train_dataloader.batch_size=8 train_cfg.max_epochs=3
  python tools/train.py configs/vwe_hspp_r50_voc.py --vis tensorboard
  bash tools/dist_train.sh configs/vwe_hspp_r50_voc.py 4"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('config', help='config file')
    parser.add_argument(
        '--work-dir',
        help="folder for checkpoints and logs (default: the config's work_dir, else "
        './work_dirs/<name of the config>)')
    parser.add_argument(
        '--resume', action='store_true',
        help='resume from the latest checkpoint in the work dir, or from --cfg-options load_from=PATH')
    parser.add_argument(
        '--amp', action='store_true',
        help='mixed precision: float16 with loss scaling on GPUs, bfloat16 elsewhere (slow for depthwise '
        'convolutions on CPUs)')
    add_vis(parser)
    add_run_arguments(parser)
    return parse_arguments(parser)


def main() -> None:
    """Train, or exit with one message that says what is wrong."""
    args = parse_args()
    import_mmwsss()
    from mmwsss.engine.config import load_config
    from mmwsss.engine.distributed import leave_group
    from mmwsss.engine.mixed_precision import configure_amp
    from mmwsss.engine.runner import build_runner, choose_checkpoint, resume_hint
    from mmwsss.engine.watching import add_backends

    work_dir = args.work_dir
    with plain_errors(args.launcher, lambda: resume_hint(work_dir) if work_dir else ''):
        cfg = load_config(args.config, args.cfg_options, args.work_dir, args.launcher)
        work_dir = cfg.work_dir
        configure_amp(cfg, args.amp)
        add_backends(cfg, args.vis)
        choose_checkpoint(cfg, args.resume, args.cfg_options)
        # Initial weights for a new run need not be complete.
        build_runner(cfg, ('train', 'val'), strict=cfg.resume).train()
        leave_group()


if __name__ == '__main__':
    main()
