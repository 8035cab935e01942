"""Train several configs with several seeds, evaluate their CAMs, and print one table (as the paper's Table 1)."""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[1]
VOC6 = [f'configs/voc6/{name}_efflite0_voc6.py' for name in ('cam', 'hspp', 'vwe', 'vwe_hspp')]


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog='What is finished is not run again, so the command goes on where it was stopped.\n'
        'Example, the table of the README (voc6 on a CPU):\n  python tools/analysis_tools/cam_table.py --seeds 0 1 2')
    parser.add_argument('configs', nargs='*', default=VOC6, help='configs of classifiers (default: voc6, all four)')
    parser.add_argument('--seeds', type=int, nargs='+', default=[0])
    parser.add_argument('--lists', nargs='+', default=['train', 'val'], help='lists with masks to evaluate on')
    parser.add_argument('--work-dir', type=Path, default=Path('work_dirs/cam_table'))
    parser.add_argument('--jobs', type=int, default=1, help='runs side by side')
    parser.add_argument('--test-options', nargs='+', default=[], metavar='KEY=VALUE',
                        help='--cfg-options of the tests alone, e.g. model.head.word_cam=False')
    parser.add_argument('--tag', default='', help='name of these test options in the folders')
    parser.add_argument('--only-print', action='store_true', help='print the table of what is finished')
    return parser.parse_args()


def call(command: list[str], log: Path) -> float:
    """Run a command with its output in `log`, and return its seconds."""
    log.parent.mkdir(parents=True, exist_ok=True)
    start = time.time()
    with open(log, 'w') as file:
        code = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT).returncode
    if code:
        sys.exit(f'{" ".join(command)} ended with {code}; its output is in {log}')
    return time.time() - start


def run(config: str, seed: int, args: argparse.Namespace) -> None:
    """Train one config with one seed unless that is done, and evaluate it on each list."""
    folder = args.work_dir / Path(config).stem / f'seed_{seed}'
    done = folder / 'train.json'
    if not done.is_file():
        seconds = call([sys.executable, str(TOOLS / 'train.py'), config, '--work-dir', str(folder), '--resume',
                        '--cfg-options', f'randomness.seed={seed}'], folder / 'train.log')
        done.write_text(json.dumps(dict(seconds=seconds)))
    checkpoint = (folder / 'last_checkpoint').read_text()
    for name in args.lists:
        out = folder / f'test_{name}{args.tag}'
        if (out / 'result.json').is_file():
            continue
        seconds = call([
            sys.executable, str(TOOLS / 'test.py'), config, checkpoint, '--work-dir', str(out), '--cfg-options',
            f'test_dataloader.dataset.ann_file=ImageSets/Segmentation/{name}.txt', *args.test_options
        ], folder / f'test_{name}{args.tag}.log')
        newest = max(out.glob('*/[0-9]*_[0-9]*.json'), key=os.path.getmtime)  # MMEngine's <time>/<time>.json
        metrics = json.loads(newest.read_text().splitlines()[-1])
        (out / 'result.json').write_text(json.dumps(dict(metrics, seconds=seconds)))
    print(f'{config} seed {seed}: done', flush=True)


def spread(values: list[float]) -> str:
    """Mean and sample standard deviation."""
    text = f'{statistics.mean(values):.2f}'
    return text + (f' ± {statistics.stdev(values):.2f}' if len(values) > 1 else '')


def print_table(args: argparse.Namespace) -> None:
    """Print a Markdown table, a row a config and list."""
    columns = ('config', 'list', 'seeds', 'CAM mIoU', 'best threshold', 'mIoU, label-free threshold', 'mAP',
               'training, s', 'test, s')
    print('| ' + ' | '.join(columns) + ' |\n' + '|---' * len(columns) + '|')
    for config in args.configs:
        for name in args.lists:
            rows, train = [], []
            for seed in args.seeds:
                folder = args.work_dir / Path(config).stem / f'seed_{seed}'
                path = folder / f'test_{name}{args.tag}' / 'result.json'
                if path.is_file():
                    rows.append(json.loads(path.read_text()))
                    train.append(json.loads((folder / 'train.json').read_text())['seconds'])
            if not rows:
                continue
            cells = [spread([row[key] for row in rows])
                     for key in ('mIoU', 'best_thr', 'mIoU_auto', 'multi-label/mAP')]
            times = [f'{statistics.mean(train):.0f}', f"{statistics.mean([row['seconds'] for row in rows]):.0f}"]
            print(f'| {Path(config).stem} | {name}{args.tag} | {len(rows)} | ' + ' | '.join(cells + times) + ' |')


def main() -> None:
    """Run what is missing, then print."""
    args = parse_args()
    if not args.only_print:
        with ThreadPoolExecutor(args.jobs) as pool:  # the work is in the subprocesses
            list(pool.map(lambda job: run(*job, args), [(c, s) for s in args.seeds for c in args.configs]))
    print_table(args)


if __name__ == '__main__':
    main()
