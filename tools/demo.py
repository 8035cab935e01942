"""From image-level labels to pseudo labels on a drawn sample, with a table of what each step brings.

What is finished is not done again: a second call prints the table at once, one after an interruption goes on.
"""
import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from _start import import_mmwsss

REPO = Path(__file__).resolve().parents[1]
CONFIG = 'configs/mini/vwe_hspp_r18_mini.py'
PIPELINE = 'configs/mini/pipeline_mini.py'
GAIN = 10  # points of mIoU that training must bring


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


def run_pipeline(folder: Path, last: str) -> None:
    """Run the pipeline of the sample up to a stage; it prints what it does, and a table."""
    done = subprocess.run([sys.executable, 'tools/run_pipeline.py', PIPELINE, '--work-dir', str(folder), '--to', last])
    if done.returncode:
        sys.exit(done.returncode)


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


def main() -> None:
    """Draw, train, evaluate, print, and check that training helped."""
    work = parse_args().work_dir
    import_mmwsss()
    import logging

    from mmengine.config import Config
    logging.disable(logging.INFO)
    start = time.time()
    subprocess.run([sys.executable, 'tools/dataset_converters/sample.py', 'data/sample'], check=True)
    untrained = work / 'untrained.pth'
    if not untrained.is_file():
        write_untrained(untrained)
    run_pipeline(work / 'pipeline', 'classifier')
    epochs = Config.fromfile(CONFIG).train_cfg.max_epochs
    trained = work / 'pipeline' / 'classifier' / f'epoch_{epochs}.pth'
    rows = [(name, 'train', evaluate(name, checkpoint, 'train', work))
            for name, checkpoint in (('untrained', untrained), ('trained', trained))]

    print(f'\nCAM mIoU on the drawn sample, background and 6 classes, ResNet-18 of half width ({CONFIG})')
    print(f"{'network':12}{'list':8}{'mIoU':>8}{'threshold':>11}{'label-free':>12}{'mAP':>8}")
    for name, split, row in rows:
        print(f"{name:12}{split:8}{row['mIoU']:8.2f}{row['best_thr']:11.2f}{row['mIoU_auto']:12.2f}"
              f"{row['multi-label/mAP']:8.2f}")
    gain = rows[1][2]['mIoU'] - rows[0][2]['mIoU']
    print(f'\nTraining brings {gain:.2f} points of mIoU; {time.time() - start:.0f} s after the installation.\n'
          f"Threshold curves: {work / 'trained_train'}/*/cam_curve.png")
    if gain < GAIN:
        sys.exit(f'That is less than the {GAIN} points that this demonstration promises: something is wrong.')
    run_pipeline(work / 'pipeline', 'pseudo_labels')
    print(f'{time.time() - start:.0f} s after the installation, all in all.')


if __name__ == '__main__':
    os.chdir(REPO)
    main()
