"""Print what several trainings logged side by side, as a Markdown table: the mean of each loss or statistic over equal
parts of the training, e.g. its epochs. With --plot also as curves."""
import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _start import at_least_one, make_parser, parse_arguments, plain_errors

if TYPE_CHECKING:
    from mmwsss.engine.training_log import Curve

EXAMPLES = """\
  python tools/analysis_tools/compare_logs.py work_dirs/cam_r50_voc work_dirs/vwe_r50_voc --parts 6
  python tools/analysis_tools/compare_logs.py work_dirs/compare_words --parts 8 --show 1 8 \\
      --keys loss_word loss_word_to_image words_in_use words_effective words_changed --plot words.svg"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('folders', type=Path, nargs='+', metavar='WORK_DIR',
                        help='work dirs of trainings, or of pipelines or comparisons with several trainings')
    parser.add_argument('--keys', nargs='+', metavar='NAME',
                        help='what to show, named as in the log, e.g. loss_cls words_in_use (default: all losses)')
    parser.add_argument('--parts', type=at_least_one, default=4, metavar='N',
                        help='equal parts of a training; the number of epochs gives one part an epoch (default: '
                        '%(default)s)')
    parser.add_argument('--show', type=at_least_one, nargs='+', metavar='K',
                        help='parts to print, from 1 (default: all)')
    parser.add_argument('--plot', type=Path, metavar='FILE', help='also plot the curves, one figure for each name: '
                        'words.svg becomes words_loss_word.svg and so on (.svg, .png or .jpg)')
    args = parse_arguments(parser)
    args.show = args.show or range(1, args.parts + 1)
    if max(args.show) > args.parts:
        parser.error(f'--show {max(args.show)} is above --parts {args.parts}.')
    if args.plot and args.plot.suffix not in ('.svg', '.png', '.jpg'):
        parser.error(f'--plot {args.plot} must end in .svg, .png or .jpg.')
    return args


def read_logs(folders: Sequence[Path]) -> 'dict[str, dict[str, Curve]]':
    """The logs of all trainings in the folders, by short names: their paths below the folder of them all.

    Raises:
        InputError: a folder does not exist, or has no log.
    """
    from mmwsss.engine.training_log import read_training_log, training_folders
    from mmwsss.utils.errors import InputError
    found = {}
    for folder in folders:
        logs = {training: read_training_log(training) for training in training_folders(folder.absolute())}
        logs = {training: log for training, log in logs.items() if log}
        if not logs:
            raise InputError(f'{folder} has no log of a training (TIME/vis_data/scalars.json). Name the --work-dir of '
                             'tools/train.py, tools/run_pipeline.py or tools/compare.py.')
        found.update(logs)
    common = os.path.commonpath(found) if len(found) > 1 else Path.cwd()
    return {os.path.relpath(training, common): log for training, log in found.items()}


def known_keys(logs: 'dict[str, dict[str, Curve]]', keys: Sequence[str] | None) -> list[str]:
    """The names to show.

    Raises:
        InputError: no training logged one of them.
    """
    from mmwsss.utils.errors import InputError
    logged = list(dict.fromkeys(name for log in logs.values() for name in log))
    strangers = [name for name in keys or () if name not in logged]
    if strangers:
        raise InputError(f'No training logged {", ".join(strangers)}. Known: {", ".join(sorted(logged))}.')
    return list(keys or [name for name in logged if 'loss' in name])


def print_table(logs: 'dict[str, dict[str, Curve]]', keys: Sequence[str], parts: int, shown: Sequence[int]) -> None:
    """Print a row for each training, and a column for each name and part."""
    from mmwsss.engine.training_log import part_means
    from mmwsss.utils.table import markdown_table
    rows = []
    for training, log in logs.items():
        last = max(max(steps) for steps, _ in log.values())
        means = [part_means(log.get(key, ([], [])), last, parts)[part - 1] for key in keys for part in shown]
        rows.append([training, *('' if mean is None else f'{mean:.4g}' for mean in means)])
    print(markdown_table(['training', *(f'{key}, {part}/{parts}' for key in keys for part in shown)], rows), end='')


def plot_curves(logs: 'dict[str, dict[str, Curve]]', keys: Sequence[str], path: Path) -> None:
    """Write a figure of all trainings for each name."""
    from mmwsss.visualization.figures import curve_figure, save_figure
    for key in keys:
        place = path.with_name(f'{path.stem}_{key}{path.suffix}')
        place.parent.mkdir(parents=True, exist_ok=True)
        curves = {training: log[key] for training, log in logs.items() if key in log}
        save_figure(curve_figure(curves, 'iteration', key), place)
        print(f'Plot: {place}')


def main() -> None:
    """Read, print, plot."""
    args = parse_args()
    with plain_errors():
        logs = read_logs(args.folders)
        keys = known_keys(logs, args.keys)
        print_table(logs, keys, args.parts, args.show)
        if args.plot:
            plot_curves(logs, keys, args.plot)


if __name__ == '__main__':
    main()
