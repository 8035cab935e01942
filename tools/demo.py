"""From image-level labels to a segmentation network on a drawn sample, with tables of what each step brings.

What is finished is not done again: a second call prints the table at once, one after an interruption goes on.
"""
import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from _start import import_mmwsss

REPO = Path(__file__).resolve().parents[1]
CONFIG = 'configs/mini/vwe_hspp_r18_mini.py'
PIPELINE = 'configs/mini/pipeline_mini.py'
SETTING = 'background and 6 classes of the drawn sample, ResNet-18 of half width'
GAINS = dict(classifier=10, irnet=2)  # points of mIoU that a training must bring


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work-dir', type=Path, default=Path('work_dirs/demo'),
                        help='where results go (default: %(default)s)')
    return parser.parse_args()


def call(title: str, log: Path, *command: str) -> None:
    """Run a tool with its output in `log`; where it fails, show the end of it and stop."""
    print(f'{title} (output in {log})', flush=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, 'w') as file:
        code = subprocess.run([sys.executable, *command], stdout=file, stderr=subprocess.STDOUT).returncode
    if code:
        print(''.join(log.read_text(errors='replace').splitlines(keepends=True)[-15:]), file=sys.stderr)
        sys.exit(f'{command[0]} failed; its whole output is in {log}')


def write_untrained(path: Path) -> None:
    """Save the network as training starts from it: the config's seed, the config's initialisation."""
    import torch
    from mmengine.config import Config
    from mmengine.registry import init_default_scope
    from mmengine.runner import set_random_seed
    from mmseg.registry import MODELS

    from mmwsss.utils.atomic import atomic_path
    cfg = Config.fromfile(CONFIG)
    init_default_scope(cfg.default_scope)
    set_random_seed(cfg.randomness.seed)
    model = MODELS.build(cfg.model)
    model.init_weights()
    with atomic_path(path) as temporary:
        torch.save(dict(meta={}, state_dict=model.state_dict()), temporary)


def run_stages(folder: Path, last: str | None = None) -> list[tuple[str, ...]]:
    """Run the pipeline of the sample up to a stage, as tools/run_pipeline.py does; return its table."""
    from mmwsss.engine.error_messages import plain_errors
    from mmwsss.pipeline import read_plan, run_pipeline
    from mmwsss.pipeline.run import Launcher
    from mmwsss.pipeline.table import rows_of
    with plain_errors(resume_hint=lambda: 'The same command goes on where this one stopped.'):
        return rows_of(run_pipeline(read_plan(PIPELINE, str(folder)), Launcher(REPO / 'tools'), last=last))


def metrics_of(folder: Path, stage: str) -> dict[str, float]:
    """What a stage of the pipeline measured."""
    return json.loads((folder / 'records' / f'{stage}.json').read_text())['metrics']


def evaluate(name: str, checkpoint: Path, split: str, work: Path) -> dict[str, float]:
    """Test a checkpoint on a list, unless that is done for this very file; return its metrics."""
    out = work / f'{name}_{split}'
    result, mark = out / 'result.json', f'{checkpoint}@{checkpoint.stat().st_mtime_ns}'
    if result.is_file() and json.loads(result.read_text())['checkpoint'] == mark:
        return json.loads(result.read_text())
    call(f'Evaluating the {name} network on {split}', work / f'{name}_{split}.log', 'tools/test.py', CONFIG,
         str(checkpoint), '--work-dir', str(out), '--cfg-options',
         f'test_dataloader.dataset.ann_file=ImageSets/Segmentation/{split}.txt')
    newest = max(out.glob('[0-9]*/[0-9]*.json'), key=lambda path: path.stat().st_mtime)
    metrics = json.loads(newest.read_text().splitlines()[-1])
    result.write_text(json.dumps(dict(metrics, checkpoint=mark)))
    return metrics


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under columns."""
    from prettytable import PrettyTable
    drawn = PrettyTable(columns, align='l')
    drawn.add_rows(rows)
    print(drawn, flush=True)


def main() -> None:
    """Draw, train, evaluate, print, and check that every step helped."""
    work = parse_args().work_dir
    import_mmwsss()
    import logging

    from mmengine.config import Config

    from mmwsss.pipeline.table import COLUMNS
    logging.disable(logging.INFO)
    start = time.time()
    subprocess.run([sys.executable, 'tools/dataset_converters/sample.py', 'data/sample'], check=True)
    untrained, pipeline = work / 'untrained.pth', work / 'pipeline'
    if not untrained.is_file():
        write_untrained(untrained)
    before = evaluate('untrained', untrained, 'val', work)
    run_stages(pipeline, 'cam_quality')
    epochs = Config.fromfile(CONFIG).train_cfg.max_epochs
    known = evaluate('trained', pipeline / 'classifier' / f'epoch_{epochs}.pth', 'val', work)
    print(f'\nCAM mIoU on val, {SETTING} ({CONFIG})')
    table(('network', 'mIoU', 'threshold', 'mIoU, label-free threshold'), [
        (name, f"{row['mIoU']:.2f}", f"{row['best_thr']:.2f}", f"{row['mIoU_auto']:.2f}")
        for name, row in (('untrained', before), ('trained', known))])
    gain = known['mIoU'] - before['mIoU']
    print(f'Training brings {gain:.2f} points of mIoU; {time.time() - start:.0f} s after the installation.\n')
    promise(gain > GAINS['classifier'], f"more than {GAINS['classifier']} points by training")

    table(COLUMNS, run_stages(pipeline))
    cams, labels, segmented, refined = (metrics_of(pipeline, stage) for stage in (
        'cam_quality', 'pseudo_label_quality', 'evaluation', 'crf'))
    print(f'\nmIoU, {SETTING}')
    table(('list', 'what', 'image-level labels', 'mIoU'), [
        (listed, what, tags, f'{miou:.2f}') for listed, what, tags, miou in (
            ('train', 'CAMs', 'known', cams['mIoU']), ('train', 'pseudo labels', 'known', labels['mIoU']),
            ('val', 'CAMs', 'known', known['mIoU']), ('val', 'segmentor', 'not known', segmented['mIoU']),
            ('val', 'segmentor with CRF', 'not known', refined['crf/mIoU']))])
    print(f"Report: {pipeline / 'report' / 'report.html'}\n"
          f'{time.time() - start:.0f} s after the installation, all in all.')
    promise(labels['mIoU'] - cams['mIoU'] >= GAINS['irnet'], f"{GAINS['irnet']} points by IRNet")
    promise(segmented['mIoU'] > known['mIoU'], 'a segmentor, which knows no labels, that beats the CAMs, which do, on '
            'images that are new to both')


def promise(kept: bool, what: str) -> None:
    """End the demonstration where it does not show what it is for."""
    if not kept:
        sys.exit(f'This demonstration promises {what}, and does not keep it: something is wrong.')


if __name__ == '__main__':
    os.chdir(REPO)
    main()
