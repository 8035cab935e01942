"""`benchmark.py dataset`: what a training set takes to be built, and what its CAM files take on disk."""
import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

COCO = dict(images=82081, classes_per_image=2.9, size=(480, 640))  # the training set of MS COCO 2014
SAMPLES = 20  # random CAM files to measure


def run(args: argparse.Namespace) -> None:
    """Print time, memory and disk space."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        write_data(root, args.images, args.classes, args.per_image)
        with multiprocessing.get_context('spawn').Pool(1) as pool:  # a fresh process
            seconds, cpu, peak, kept, imports = pool.apply(build, (name, args.classes))
        print(f'{args.images} images with {args.per_image} of {args.classes} classes: {seconds:.1f} s ({cpu:.1f} s of '
              f'one core), peak {peak:.0f} MB and {kept:.0f} MB kept, on top of {imports:.0f} MB of imported packages')
        folder = Path(args.cams) if args.cams else write_cams(root / 'cams')
        size, maps, count = measure_cams(folder)
    kilobytes = size / maps / 1000
    print(f'CAM files of {folder.name if args.cams else "smooth random maps"}: {size / count / 1000:.1f} kB a file, '
          f'{kilobytes:.2f} kB for a map of 120 x 160 (float16 at a quarter of 480 x 640, compressed)')
    total = kilobytes * COCO['classes_per_image'] * COCO['images'] / 1e6
    print(f"MS COCO 2014, {COCO['images']} images of {COCO['classes_per_image']} classes: about {total:.1f} GB")


def write_data(root: Path, images: int, classes: int, per_image: int) -> None:
    """Write empty images, a list and labels."""
    rng = np.random.default_rng(0)
    names = [f'COCO_train2014_{index:012d}' for index in range(images)]
    (root / 'images').mkdir()
    for name in names:
        (root / 'images' / f'{name}.jpg').touch()
    (root / 'train.txt').write_text('\n'.join(names))
    (root / 'image_labels.json').write_text(json.dumps(
        {name: [f'class {index}' for index in rng.integers(0, classes, per_image)] for name in names}))


def build(folder: str, classes: int) -> tuple[float, float, float, float, float]:
    """Build the data set; return seconds, seconds of a core, MB of the peak, kept and before it."""
    from mmengine.registry import init_default_scope
    from mmseg.registry import DATASETS

    import mmwsss.datasets  # noqa: F401
    from mmwsss.utils.system import peak_megabytes
    init_default_scope('mmseg')
    names = ('background', *[f'class {index}' for index in range(classes)])
    before = peak_megabytes(resource.getrusage(resource.RUSAGE_SELF))
    start, cpu = time.perf_counter(), time.process_time()
    dataset = DATASETS.build(dict(
        type='ImageLabelDataset', data_root=folder, ann_file='train.txt', metainfo=dict(classes=names),
        data_prefix=dict(img_path='images'), pipeline=[dict(type='LoadImage')]))
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = peak_megabytes(resource.getrusage(resource.RUSAGE_SELF)) - before
    kept = (dataset.data_bytes.nbytes + dataset.data_address.nbytes + dataset._labels.nbytes) / 2**20
    return seconds, cpu, peak, kept, before


def write_cams(folder: Path) -> Path:
    """Write CAM files of three smooth random maps."""
    import torch

    from mmwsss.pseudo_labels import write_cam
    rng = np.random.default_rng(0)
    for index in range(SAMPLES):
        small = torch.tensor(rng.random((1, 3, 30, 40), dtype=np.float32))  # a map at stride 16
        cam = torch.nn.functional.interpolate(small, size=(120, 160), mode='bilinear')[0].sub(0.3).relu()
        write_cam(folder / f'{index}.npz', cam / cam.amax((1, 2), keepdim=True), range(3), COCO['size'], list('abc'))
    return folder


def measure_cams(folder: Path) -> tuple[int, float, int]:
    """The bytes of a folder's CAM files, their maps in units of 120 x 160 pixels, and their number."""
    from mmwsss.pseudo_labels import read_cam
    from mmwsss.utils.errors import InputError
    from mmwsss.utils.walk import walk_files
    files = sorted(folder / name for name in walk_files(folder, '.npz'))
    if not files:
        raise InputError(f'{folder} contains no CAM files (.npz). Make some with tools/make_cams.py.')
    maps = sum(read_cam(path).cam.size for path in files) / (120 * 160)
    return sum(path.stat().st_size for path in files), maps, len(files)
