"""Train from image-level labels to a segmentation network on a drawn sample, and print the gain of each step.

Finished stages are skipped: a second run only prints the tables, a run after an interruption resumes.
"""
import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from _start import import_mmwsss, plain_errors

TOOLS = Path(__file__).resolve().parent
CONFIG = str(TOOLS.parent / 'configs/mini/vwe_hspp_r18_mini.py')
PIPELINE = str(TOOLS.parent / 'configs/mini/pipeline_mini.py')
SETTING = 'background and 6 classes of the drawn sample, ResNet-18 of half width'
GAINS = dict(classifier=10, irnet=2)  # minimum gain in mIoU points from training


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work-dir', type=lambda given: Path(given).absolute(), default=Path('work_dirs/demo'),
                        help='folder for results (default: %(default)s in the clone)')
    return parser.parse_args()


def write_untrained(path: Path) -> None:
    """Save the network as it is before training, with the config's seed and initialisation."""
    from mmengine.config import Config
    from mmengine.registry import init_default_scope
    from mmengine.runner import set_random_seed
    from mmseg.registry import MODELS

    from mmwsss.engine.checkpoints import write_checkpoint
    cfg = Config.fromfile(CONFIG)
    init_default_scope(cfg.default_scope)
    set_random_seed(cfg.randomness.seed)
    model = MODELS.build(cfg.model)
    model.init_weights()
    write_checkpoint(path, model.state_dict())


def stages_of(untrained: Path) -> list[dict[str, Any]]:
    """The stages of the sample's pipeline, plus two CAM tests on val, before and after training."""
    from mmwsss.engine.config import read_config
    from mmwsss.pipeline.config import stage_settings
    classifier, *others = stage_settings(read_config(PIPELINE).to_dict(), PIPELINE)
    test = dict(type='Evaluation', network='classifier', test_list='val')
    return [dict(test, name='untrained_on_val', checkpoint=str(untrained), title='CAMs of the untrained network'),
            classifier, dict(test, name='cams_on_val', title='CAMs of the trained network'), *others]


def main() -> None:
    """Draw the sample, train, evaluate, print, and check that every step helped."""
    work = parse_args().work_dir
    if (TOOLS.parent / 'setup.py').is_file():  # a clone keeps data and results of its own
        os.chdir(TOOLS.parent)
    import_mmwsss()
    import logging

    from mmwsss.pipeline import Launcher, make_plan, run_pipeline
    from mmwsss.pipeline.table import framed
    from mmwsss.utils.table import framed_table
    logging.disable(logging.INFO)
    start = time.time()
    untrained = work / 'untrained.pth'
    with plain_errors(resume_hint=lambda: 'Run the same command again to resume.'):
        drawn = subprocess.run([sys.executable, str(TOOLS / 'dataset_converters/sample.py'), 'data/sample'])
        if drawn.returncode:  # it said why
            sys.exit(drawn.returncode)
        if not untrained.is_file():
            write_untrained(untrained)
        plan = make_plan(stages_of(untrained), PIPELINE, str(work / 'pipeline'))
        launcher = Launcher(TOOLS, warm=True)
        run_pipeline(plan, launcher, last='cams_on_val')
        before, known = (plan.records[name]['metrics'] for name in ('untrained_on_val', 'cams_on_val'))
        print(f'\nCAM mIoU on val, {SETTING} (configs/mini/{Path(CONFIG).name})')
        print(framed_table(('network', 'mIoU', 'threshold', 'mIoU, label-free threshold'), [
            (name, f"{row['mIoU']:.2f}", f"{row['best_thr']:.2f}", f"{row['mIoU_auto']:.2f}")
            for name, row in (('untrained', before), ('trained', known))]))
        gain = known['mIoU'] - before['mIoU']
        print(f'Training gains {gain:.2f} points of mIoU; {time.time() - start:.0f} s since the installation.\n',
              flush=True)
        promise(gain > GAINS['classifier'], f"a gain of more than {GAINS['classifier']} points from training")
        print(framed(run_pipeline(plan, launcher)))
    cams, labels, segmented, refined = (plan.records[stage]['metrics'] for stage in (
        'cam_quality', 'pseudo_label_quality', 'evaluation', 'crf'))
    print(f'\nmIoU, {SETTING}')
    print(framed_table(('list', 'what', 'image-level labels', 'mIoU'), [
        (listed, what, tags, f'{miou:.2f}') for listed, what, tags, miou in (
            ('train', 'CAMs', 'known', cams['mIoU']), ('train', 'pseudo labels', 'known', labels['mIoU']),
            ('val', 'CAMs', 'known', known['mIoU']), ('val', 'segmentor', 'not known', segmented['mIoU']),
            ('val', 'segmentor with CRF', 'not known', refined['crf/mIoU']))]))
    print(f"Report: {plan.output('report')}\n{time.time() - start:.0f} s in total since the installation.")
    promise(labels['mIoU'] - cams['mIoU'] >= GAINS['irnet'], f"a gain of {GAINS['irnet']} points from IRNet")
    promise(segmented['mIoU'] > known['mIoU'], 'a segmentor without labels that beats the CAMs with known labels on '
            'unseen images')


def promise(kept: bool, what: str) -> None:
    """Exit with an error if the demonstration does not show the expected result."""
    if not kept:
        sys.exit(f'This demonstration should show {what}, but it does not. Check your changes and your installation.')


if __name__ == '__main__':
    main()
