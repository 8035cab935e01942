"""Run the stages of a pipeline, e.g. from image-level labels to a segmentation network.

Every stage is a normal tool with a normal config; --dry-run prints the commands. Finished stages with the same inputs
are skipped, interrupted stages resume, stages with new inputs run again. At the end you get a table: on the terminal,
and as table.json and table.md in the work dir.
"""
import argparse
from pathlib import Path

from _start import (
    add_config_options,
    add_vis,
    import_mmwsss,
    make_parser,
    parse_arguments,
    plain_errors,
    require_unix,
    tools_folder,
)

EXAMPLES = """\
  python tools/run_pipeline.py configs/pipeline_voc.py --gpus 4
  python tools/run_pipeline.py configs/pipeline_voc.py --gpus 4 --dry-run
  python tools/run_pipeline.py configs/pipeline_voc.py --status
  python tools/run_pipeline.py configs/pipeline_voc.py --vis tensorboard
  python tools/run_pipeline.py configs/mini/pipeline_mini.py --to pseudo_labels
  python tools/run_pipeline.py configs/pipeline_voc.py --redo irnet"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('config', help='config of a pipeline')
    parser.add_argument('--work-dir', help='folder for all outputs (default: ./work_dirs/<name of the config>)')
    parser.add_argument('--from', dest='first', metavar='STAGE', help='first stage; earlier stages must be done')
    parser.add_argument('--to', dest='last', metavar='STAGE', help='last stage')
    parser.add_argument('--redo', nargs='+', default=[], metavar='STAGE', help='run finished stages again')
    parser.add_argument('--seed', type=int, help='seed of all trainings (default: those of their configs)')
    parser.add_argument('--reuse', nargs='+', type=Path, default=[], metavar='DIR',
                        help='work dirs of other pipelines, or folders that contain some: stages that are done there '
                        'with the same inputs are linked instead of run')
    add_config_options(parser, 'change settings of the pipeline, e.g. crf=False')
    add_vis(parser)
    parser.add_argument('--status', action='store_true',
                        help='only print what is done, running and left, also while another terminal runs it')
    parser.add_argument('--dry-run', action='store_true', help='only print the commands')
    parser.add_argument('--gpus', type=int, default=1, help='processes per stage; they share each batch')
    parser.add_argument('--launcher', choices=('none', 'pytorch', 'slurm'), default='none',
                        help='launcher of the processes (default: torchrun for more than one)')
    parser.add_argument('--partition', default='', help='Slurm partition')
    return parse_arguments(parser)


def main() -> None:
    """Run, or exit with one message that says what is wrong."""
    args = parse_args()
    require_unix()
    if args.status:
        from mmwsss.pipeline import read_plan
        from mmwsss.pipeline.status import print_status
        with plain_errors():
            print_status(read_plan(args.config, args.work_dir, True, args.cfg_options, args.seed))
        return
    if not args.dry_run:
        import_mmwsss()
    from mmwsss.pipeline import Launcher, read_plan, run_pipeline
    from mmwsss.pipeline.table import framed
    from mmwsss.utils.errors import InputError

    with plain_errors(resume_hint=lambda: 'Run the same command again to resume.'):
        missing = [str(place) for place in args.reuse if not place.is_dir()]
        if missing:
            raise InputError(f'--reuse {" ".join(missing)} does not exist. Give the work dir of another pipeline.')
        plan = read_plan(args.config, args.work_dir, args.dry_run, args.cfg_options, args.seed)
        if args.vis and not args.dry_run:
            from mmwsss.engine.watching import backend_types
            backend_types(args.vis)  # before the first stage
        launcher = Launcher(tools_folder(), args.launcher, args.gpus, args.partition, True, args.vis)
        records = run_pipeline(plan, launcher, args.first, args.last, args.redo, args.reuse)
        if not args.dry_run:
            print(f'{framed(records)}\n{plan.work_dir}: table.md, table.json, records, logs')


if __name__ == '__main__':
    main()
