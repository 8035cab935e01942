"""Benchmark of the pipeline's start: how long a finished pipeline takes to say that all its stages are done."""
import argparse
import json
import os
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = ('bus', 'car', 'cat', 'cow', 'dog', 'horse')
CONFIGS = dict(classifier='vwe_hspp_r18_mini.py', irnet='irnet_r18_mini.py', segmentor='deeplabv2_r18_mini.py')



def run(args: argparse.Namespace) -> None:
    """Print the seconds of reading the plan, checking the data, and comparing the fingerprints."""
    from mmwsss.pipeline import Launcher, read_plan, run_pipeline
    from mmwsss.pipeline.check import check_inputs
    tools = Path(__file__).resolve().parents[1]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = write_pipeline(folder, args.images, tools.parent / 'configs' / 'mini')
        finish(read_plan(str(config), str(folder / 'w')), folder)
        start = time.perf_counter()
        plan = read_plan(str(config), str(folder / 'w'))
        read = time.perf_counter()
        check_inputs(plan)
        checked = time.perf_counter()
        records = run_pipeline(plan, Launcher(tools))
        done = time.perf_counter()
        print(f'{len(records)} stages over {args.images} images: {done - checked:.1f} s until all are done, after '
              f'{read - start:.1f} s for the configs and {checked - read:.1f} s for a first check of the data sets')


def write_pipeline(folder: Path, count: int, configs: Path) -> Path:
    """Write a data set of links to one image, and the configs; return the path of the pipeline's."""
    root = folder / 'data'
    names = [f'{index:06d}' for index in range(count)]
    link(folder, names, root / 'JPEGImages', '.jpg', Image.new('RGB', (16, 12)))
    link(folder, names, root / 'SegmentationClass', '.png', Image.new('L', (16, 12)))
    lists = root / 'ImageSets' / 'Segmentation'
    lists.mkdir(parents=True)
    for name in ('train', 'train_aug', 'val'):
        (lists / f'{name}.txt').write_text('\n'.join(names) + '\n')
    labels = {name: [CLASSES[index % len(CLASSES)]] for index, name in enumerate(names)}
    (root / 'image_labels.json').write_text(json.dumps(labels))
    for name, base in CONFIGS.items():
        loops = ('train', 'test') if name == 'irnet' else ('train', 'val', 'test')
        (folder / f'{name}.py').write_text(f'_base_ = {str(configs / base)!r}\n' + ''.join(
            f'{loop}_dataloader = dict(dataset=dict(data_root={str(root)!r}))\n' for loop in loops))
    path = folder / 'pipeline.py'
    start = dict.fromkeys(('irnet', 'segmentor'), {'model.backbone.init_cfg.checkpoint': '{classifier}'})
    lines = ["recipe = 'irn'", 'crf = True', f'network_options = {start!r}',
             *(f'{name} = {name + ".py"!r}' for name in CONFIGS)]
    path.write_text('\n'.join(lines) + '\n')
    return path


def finish(plan, folder: Path) -> None:
    """Write outputs and records as if all stages had run."""
    from mmwsss.pipeline.record import write_record
    from mmwsss.pseudo_labels import write_cam
    cam, label = folder / 'cam.npz', Image.new('L', (16, 12))
    write_cam(cam, np.full((1, 3, 4), 0.5, np.float32), np.array([0]), (12, 16), CLASSES)
    figures = Counter(mIoU=50.0, best_thr=0.3, mIoU_auto=40.0, auto_thr=0.2)
    for name, stage in plan.stages.items():
        output = stage.output(plan)
        images = stage.images(plan)
        if images is None:
            output.path.parent.mkdir(parents=True, exist_ok=True)
            output.path.write_bytes(b'0' * (40 << 20 if output.path.suffix == '.pth' else 100))
        else:
            link(folder, images, output.path, output.suffix, cam if output.suffix == '.npz' else label)
        inputs = {key: str(value) for key, value in stage.call(plan).inputs.items()}
        plan.records[name] = dict(state='done', inputs=inputs, seconds=1.0, output=output.mark(), metrics=dict(figures),
                                  peak_megabytes=1.0, disk_megabytes=1.0)
        write_record(plan.work_dir / 'records' / f'{name}.json', plan.records[name])


def link(folder: Path, names: list[str], place: Path, suffix: str, content: Path | Image.Image) -> None:
    """Make a file of each name, all of them links to one."""
    place.mkdir(parents=True)
    source = folder / f'one_{place.name}{suffix}'
    if isinstance(content, Path):
        os.link(content, source)
    else:
        content.save(source)
    for index, name in enumerate(names):
        if index % 10_000 == 9_999:  # file systems limit the links to one file
            copy = folder / f'one_{place.name}_{index}{suffix}'
            copy.write_bytes(source.read_bytes())
            source = copy
        os.link(source, place / f'{name}{suffix}')
