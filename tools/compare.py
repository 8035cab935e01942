"""Compare networks or pipelines over several seeds: train, test, and print one table.

Entries are configs of networks (trained, then tested on --lists: classifiers by their CAMs, segmentors by their masks),
configs of pipelines (all their stages run), or files with a list of entries. Each entry runs with each seed in a work
dir of its own, WORK_DIR/ENTRY/seed_N. What is done is skipped: run the same command again to resume.
Writes compare.md, compare.json, compare.png and compare.svg into the work dir, with only the entries and seeds of
the last command: to add some, list all of them. With --results, another machine resumes from compare.json.
"""
import argparse
import logging
from pathlib import Path

from _start import add_config_options, import_mmwsss, make_parser, plain_errors, require_unix, tools_folder

EXAMPLES = """\
  python tools/compare.py configs/voc20/compare_voc20.py --jobs 2
  python tools/compare.py GAP=configs/mini/cam_r18_mini.py HSPP=configs/mini/hspp_r18_mini.py --lists train val
  python tools/compare.py GAP=configs/mini/cam_r18_mini.py configs/mini/vwe_r18_mini.py --seeds 0 1 2 --against GAP
  python tools/compare.py configs/mini/cam_r18_mini.py configs/mini/pipeline_mini.py --seeds 0 1 2 --dry-run
  python tools/compare.py configs/voc20/compare_voc20.py --seeds 0 1 2 --results other_machine/compare.json"""
HINT = 'Run the same command again to resume.'


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('entries', nargs='+', metavar='[NAME=]CONFIG',
                        help='config of a network, of a pipeline, or a file with a list of entries')
    parser.add_argument('--seeds', type=int, nargs='+', metavar='N',
                        help="seeds of all trainings (default: the file's, else 0)")
    parser.add_argument('--lists', nargs='+', metavar='LIST',
                        help="lists with masks that networks are tested on: names in the folder of the config's "
                        "test list, or paths (default: the file's, else the config's test list); pipelines "
                        'measure on their own')
    parser.add_argument('--work-dir', type=Path,
                        help='folder for all outputs (default: ./work_dirs/<name of the file with entries>, else '
                        './work_dirs/compare)')
    parser.add_argument('--jobs', type=int, default=1, help='number of cells (entry and seed) that run at a time; they '
                        'divide the GPUs or the cores (default: %(default)s)')
    parser.add_argument('--results', nargs='+', action='extend', default=[], metavar='FILE',
                        help='compare.json of other machines: cells with the same settings and data are not run again')
    parser.add_argument('--against', default='', metavar='NAME',
                        help='entry to subtract from all others: a second table has the differences in mIoU, seed by '
                        "seed (default: the file's for each entry, else none)")
    parser.add_argument('--only-print', action='store_true', help='print the table of what is done')
    parser.add_argument('--dry-run', action='store_true', help='only print the commands')
    parser.add_argument('--gpus', type=int, default=1, help='processes per stage; they share each batch')
    parser.add_argument('--launcher', choices=('none', 'pytorch', 'slurm'), default='none',
                        help='launcher of the processes (default: torchrun for more than one)')
    parser.add_argument('--partition', default='', help='Slurm partition')
    add_config_options(parser, 'change settings of tests of networks only, e.g. model.head.word_cam=False, or '
                       'test_cfg.fp16=True (bfloat16 on CPUs that have it)')
    return parser.parse_args()


def main() -> None:
    """Run what is missing, then print."""
    args = parse_args()
    require_unix()
    logging.disable(logging.INFO)  # MMEngine tells of each variable in each config
    try:
        run(args)
    finally:
        logging.disable(logging.NOTSET)


def run(args: argparse.Namespace) -> None:
    """Run, print, or exit with one message that says what is wrong."""
    from mmwsss.pipeline import Launcher
    from mmwsss.pipeline.comparison import compare, done_cells, print_commands, print_table, read_comparison
    from mmwsss.pipeline.comparison.results import read_results, unused_results
    from mmwsss.utils.errors import InputError
    with plain_errors(resume_hint=lambda: HINT):
        if args.jobs < 1:
            raise InputError(f'--jobs must be at least 1, got {args.jobs}.')
        launcher = Launcher(tools_folder(), args.launcher, args.gpus, args.partition)
        comparison = read_comparison(args.entries, args.seeds, args.lists, args.cfg_options, args.against)
        read = {path: read_results(path) for path in args.results}
        for path, cells in read.items():
            note = unused_results(path, cells, [entry.name for entry in comparison.entries], comparison.seeds)
            if note:
                print(note, flush=True)
        results = [cell for cells in read.values() for cell in cells]
        work_dir = args.work_dir or default_work_dir(args.entries)
        if args.dry_run:
            print_commands(comparison, work_dir, launcher)
            return
    import_mmwsss()
    with plain_errors(resume_hint=lambda: HINT):
        if args.only_print:
            print_table(comparison, done_cells(comparison, work_dir, results))
            return
        cells, failures = compare(comparison, work_dir, launcher, args.jobs, results)
        print_table(comparison, cells)
        print(f'{work_dir}: {", ".join(path.name for path in sorted(work_dir.glob("compare.*")))}')
        if failures:
            total = len(comparison.entries) * len(comparison.seeds)
            texts = '\n'.join(f'  {name}:\n{text}' for name, text in failures.items())
            raise InputError(f'{len(failures)} of {total} cells failed. {HINT}\n{texts}')


def default_work_dir(entries: list[str]) -> Path:
    """The work dir of the first file with entries, also when further entries are added to it."""
    from mmwsss.engine.config import read_config
    from mmwsss.package_files import PREFIX, resolve_config
    paths = [resolve_config(path) for path in entries if path.startswith(PREFIX) or Path(path).is_file()]
    files = [path for path in paths if 'entries' in read_config(path)]
    return Path('work_dirs', Path(files[0]).stem if files else 'compare')


if __name__ == '__main__':
    main()
