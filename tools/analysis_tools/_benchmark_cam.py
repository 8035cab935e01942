"""`benchmark.py cam`: multi-scale CAM beside the released procedure, and what bfloat16 changes in the mIoU."""
import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image


def seconds_each(run: Callable[[], object], device: str) -> tuple[float, object]:
    """Time one call after a warm-up call.

    Args:
        run: the function to call.
        device: its device; a GPU is synchronised.

    Returns:
        Seconds, and the result of the timed call.
    """
    run()
    if device.startswith('cuda'):
        torch.cuda.synchronize()
    start = time.perf_counter()
    result = run()
    if device.startswith('cuda'):
        torch.cuda.synchronize()
    return time.perf_counter() - start, result


@torch.no_grad()
def released_cam(model: torch.nn.Module, image: np.ndarray, keys: list[int], device: str) -> torch.Tensor:
    """The reference's procedure: uint8 image, PIL's resize, one mirror pair per scale, NCHW, float32.

    Args:
        model: a `CAMClassifier`.
        image: `(H, W, 3)` uint8 RGB.
        keys: the K image classes to keep.
        device: device of the model.

    Returns:
        `(K, ceil(H / 4), ceil(W / 4))` in [0, 1).
    """
    height, width = image.shape[:2]
    mean, std = (value.view(3, 1, 1) for value in (model.data_preprocessor.mean, model.data_preprocessor.std))
    total = 0
    for scale in model.test_cfg['scales']:
        size = (round(width * scale), round(height * scale))
        scaled = np.asarray(Image.fromarray(image).resize(size, Image.BICUBIC))
        tensor = torch.from_numpy(scaled.astype(np.float32)).permute(2, 0, 1).contiguous().to(device)
        tensor = (tensor - mean.to(device)) / std.to(device)
        straight, mirrored = model.cam(torch.stack([tensor, tensor.flip(-1)]))
        cam = torch.maximum(straight, mirrored.flip(-1))
        small = (-(-height // 4), -(-width // 4))
        total = total + F.interpolate(cam[None], size=small, mode='bilinear', align_corners=False)[0]
    total = total[keys]
    return total / (total.amax(dim=(1, 2), keepdim=True) + 1e-5)


def build_model(path: str) -> torch.nn.Module:
    """Build a config's model with random weights, in eval mode."""
    from mmengine.registry import init_default_scope
    from mmseg.registry import MODELS

    from mmwsss.engine.config import read_config, require_parts
    from mmwsss.package_files import resolve_config
    cfg = read_config(resolve_config(path))
    require_parts(cfg, 'model')
    init_default_scope('mmseg')
    return MODELS.build(cfg.model).eval()


def run(args: argparse.Namespace) -> None:
    """Print seconds an image, and speed-ups."""
    from mmseg.structures import SegDataSample

    from mmwsss.engine.config import read_config, require_parts
    from mmwsss.engine.hooks.fast_inference_hook import fast_copy
    from mmwsss.utils.errors import InputError
    if args.config:
        require_parts(read_config(args.config), 'model', 'test_dataloader')
        if not args.checkpoint:
            raise InputError(f'--config {args.config} needs --checkpoint, its trained weights.')
    torch.manual_seed(0)
    model = build_model(args.model_config).to(args.device)
    if hasattr(model.head, 'word_cam'):
        model.head.word_cam = False  # the released procedure only uses the class map
    keys = [0, model.num_classes - 1]
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (args.images, 12, 16, 3), dtype=np.uint8)
    images = [np.asarray(Image.fromarray(c).resize(args.size[::-1], Image.BICUBIC)) for c in coarse]

    def ours() -> Iterator[torch.Tensor]:
        for image in images:
            sample = SegDataSample()
            sample.gt_score = torch.zeros(model.num_classes)
            sample.gt_score[keys] = 1
            channels = torch.from_numpy(image.copy()).permute(2, 0, 1).flip(0)  # loaders give BGR
            data = dict(inputs=[channels], data_samples=[sample])
            yield model.test_step(data)[0].cam.data.float().cpu()

    reference, wanted = seconds_each(
        lambda: [released_cam(model, image, keys, args.device).cpu() for image in images], args.device)
    model.backbone = fast_copy(model.backbone)
    float32, found = seconds_each(lambda: list(ours()), args.device)
    model.test_cfg['autocast'] = 'bfloat16'
    bfloat16, half = seconds_each(lambda: list(ours()), args.device)

    height, width = args.size
    print(f'multi-scale CAM, {Path(args.model_config).stem}, {height}x{width}, scales '
          f"{tuple(model.test_cfg['scales'])} with mirror, {args.device}, {torch.get_num_threads()} threads, "
          f'{torch.backends.cpu.get_cpu_capability()}')
    print(f"{'':24}{'s/image':>10}{'speed-up':>10}{'largest difference':>20}{'mean':>10}")
    rows = (('released procedure', reference, wanted), ('float32', float32, found), ('bfloat16', bfloat16, half))
    for name, spent, maps in rows:
        error = torch.stack([(a - b).abs().max() for a, b in zip(maps, wanted, strict=True)]).max()
        mean = torch.stack([(a - b).abs().mean() for a, b in zip(maps, wanted, strict=True)]).mean()
        print(f'{name:24}{spent / args.images:10.3f}{reference / spent:10.2f}{error:20.4f}{mean:10.5f}')
    if args.config:
        compare_miou(args)


def compare_miou(args: argparse.Namespace) -> None:
    """Print the CAM mIoU of a trained model in float32 and in bfloat16."""
    import tempfile

    from mmengine.config import Config

    from mmwsss.engine.runner import build_runner
    result = {}
    with tempfile.TemporaryDirectory() as folder:  # shared, because MMEngine keeps a visualizer that writes there
        for dtype in (None, 'bfloat16'):
            cfg = Config.fromfile(args.config)
            cfg.load_from = args.checkpoint
            cfg.model.test_cfg.autocast = dtype
            if args.limit:
                cfg.test_dataloader.dataset.indices = args.limit
            cfg.work_dir = folder
            cfg.experiment_name = f'benchmark_{dtype}'
            result[dtype] = build_runner(cfg, ('test', ), strict=True).test()
    print(f"CAM mIoU of {args.config}: float32 {result[None]['mIoU']:.2f}, bfloat16 "
          f"{result['bfloat16']['mIoU']:.2f}, change {result['bfloat16']['mIoU'] - result[None]['mIoU']:+.2f}")
