"""Train several configs with several seeds, evaluate their CAMs, and print one table (like the paper's Table 1)."""
import argparse
import json
import statistics
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _start import add_config_options, import_mmwsss, make_parser, plain_errors

TOOLS = Path(__file__).resolve().parents[1]
VOC6 = [f'configs/voc6/{name}_efflite0_voc6.py' for name in ('cam', 'hspp', 'vwe', 'vwe_hspp')]
COLUMNS = ('config', 'list', 'seeds', 'CAM mIoU', 'best threshold', 'mIoU, label-free threshold', 'mAP', 'training, s',
           'test, s')
EXAMPLES = """\
  python tools/analysis_tools/cam_table.py --seeds 0 1 2      # the table of the README (voc6 on a CPU)
Finished stages are skipped: run the same command again to resume."""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('configs', nargs='*', default=VOC6, help='configs of classifiers (default: voc6, all four)')
    parser.add_argument('--seeds', type=int, nargs='+', default=[0])
    parser.add_argument('--lists', nargs='+', default=['train', 'val'], help='lists with masks to evaluate on')
    parser.add_argument('--work-dir', type=Path, default=Path('work_dirs/cam_table'))
    parser.add_argument('--jobs', type=int, default=1, help='number of parallel runs')
    parser.add_argument('--tag', default='', help='suffix of the test names, for tests with --cfg-options')
    parser.add_argument('--only-print', action='store_true', help='print the table of finished runs')
    add_config_options(parser, 'change settings of the tests only, e.g. model.head.word_cam=False')
    return parser.parse_args()


def run(config: str, seed: int, args: argparse.Namespace) -> None:
    """Train one config with one seed and evaluate it on each list, unless already done."""
    from mmwsss.pipeline import Launcher, make_plan, run_pipeline
    from mmwsss.pipeline.recipes import cam_table
    stages = cam_table(Path(config).name, seed, args.lists, args.cfg_options, args.tag)
    run_pipeline(make_plan(stages, config, str(folder_of(config, seed, args))), Launcher(TOOLS))


def folder_of(config: str, seed: int, args: argparse.Namespace) -> Path:
    """The work dir of a run."""
    return args.work_dir / Path(config).stem / f'seed_{seed}'


def read_done(config: str, seed: int, args: argparse.Namespace, stage: str) -> dict[str, Any] | None:
    """The record of a finished stage."""
    path = folder_of(config, seed, args) / 'records' / f'{stage}.json'
    record = json.loads(path.read_text()) if path.is_file() else {}
    return record if record.get('state') == 'done' else None


def spread(values: list[float]) -> str:
    """Mean and sample standard deviation."""
    text = f'{statistics.mean(values):.2f}'
    return text + (f' ± {statistics.stdev(values):.2f}' if len(values) > 1 else '')


def rows_of(args: argparse.Namespace) -> list[list[str]]:
    """One row per config and list with finished runs."""
    rows = []
    for config in args.configs:
        for name in args.lists:
            done = [(trained, tested) for seed in args.seeds
                    if (trained := read_done(config, seed, args, 'training'))
                    and (tested := read_done(config, seed, args, f'test_{name}{args.tag}'))]
            if done:
                metrics = [tested['metrics'] for _, tested in done]
                rows.append([Path(config).stem, f'{name}{args.tag}', str(len(done)),
                             *(spread([row[key] for row in metrics])
                               for key in ('mIoU', 'best_thr', 'mIoU_auto', 'multi-label/mAP')),
                             *(f"{statistics.mean(pair[place]['seconds'] for pair in done):.0f}" for place in (0, 1))])
    return rows


def main() -> None:
    """Run missing stages, then print."""
    args = parse_args()
    import_mmwsss()
    from mmwsss.utils.table import markdown_table
    with plain_errors(resume_hint=lambda: 'Run the same command again to resume.'):
        if not args.only_print:
            with ThreadPoolExecutor(args.jobs) as pool:  # each run starts its own processes
                list(pool.map(lambda job: run(*job, args), [(c, s) for s in args.seeds for c in args.configs]))
        print(markdown_table(COLUMNS, rows_of(args)), end='')


if __name__ == '__main__':
    main()
