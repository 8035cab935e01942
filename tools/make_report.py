"""Write the report of a pipeline: table, training and threshold curves, IoU of each class, images of every stage.

The page is self-contained and opens offline. A slider on it moves the background threshold of the masks over images,
which can be filtered by class and sorted by how much two stages disagree. run_pipeline.py calls this tool as its last
stage; called by hand, it shows the stages that are done so far.
"""
import argparse
from pathlib import Path

from _start import add_config_options, import_mmwsss, make_parser, parse_arguments, plain_errors

EXAMPLES = """\
  python tools/make_report.py configs/pipeline_voc.py
  python tools/make_report.py configs/mini/pipeline_mini.py --work-dir work_dirs/demo/pipeline --images 30
  python tools/make_report.py configs/pipeline_voc.py --figure stages.png --columns image cams prediction"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('config', help='config of a pipeline')
    parser.add_argument('--work-dir', help='folder of its outputs (default: ./work_dirs/<name of the config>)')
    parser.add_argument('--out', type=Path, metavar='FILE', help='the page (default: <work dir>/report/report.html)')
    parser.add_argument('--images', type=int, default=12, help='number of images to show (default: %(default)s)')
    parser.add_argument('--names', nargs='+', default=[], metavar='ID', help='images to show instead, by their ids')
    parser.add_argument('--figure', type=Path, metavar='FILE', help='write the images as a figure (.png, .jpg, .svg) '
                        'instead of the page')
    parser.add_argument('--columns', nargs='+', default=[], metavar='TITLE', help='what --figure shows, by the titles '
                        'of the page (default: everything)')
    add_config_options(parser, 'settings that the pipeline was run with, e.g. crf=False')
    return parse_arguments(parser)


def main() -> None:
    """Write the report, or exit with one message that says what is wrong."""
    args = parse_args()
    import_mmwsss()
    from mmwsss.pipeline import read_plan
    from mmwsss.pipeline.report import write_report
    from mmwsss.pipeline.report_figure import write_figure

    with plain_errors():
        plan = read_plan(args.config, args.work_dir, options=args.cfg_options)
        path = args.figure or args.out or plan.work_dir / 'report' / 'report.html'
        if args.figure:
            write_figure(plan, path, args.images, args.names, args.columns)
        else:
            write_report(plan, path, args.images, args.names)
        print(f'{path}: {path.stat().st_size / 1e6:.1f} MB')


if __name__ == '__main__':
    main()
