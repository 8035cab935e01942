"""Every model of configs/ on a device that is not the CPU: training, inference, metrics and writers mix no devices."""
from pathlib import Path

import pytest
import torch
from message_names import message_names
from mmengine.config import Config
from mmengine.evaluator import Evaluator
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmengine.structures import PixelData
from mmseg.registry import DATASETS, HOOKS, METRICS, MODELS
from mmseg.structures import SegDataSample
from virtual_device import DEVICE, REAL, VirtualDevice, move, on_device

import mmwsss.upstream  # noqa: F401
from mmwsss.engine.hooks.fast_inference_hook import fast_copy
from mmwsss.engine.pruned_config import without_weights
from mmwsss.models import Features

CONFIGS = Path(__file__).resolve().parents[1] / 'configs'
PATHS = [path for pattern in ('*_r50_*.py', 'mini/*.py') for path in sorted(CONFIGS.glob(pattern))]
NAMES = [str(path.relative_to(CONFIGS)) for path in PATHS if not path.name.startswith(('compare_', 'pipeline_'))]
SIDE = 80  # of the images; at stride 4 it has room for IRNet's pairs


@pytest.mark.skipif(REAL, reason='this machine has a GPU')
def test_devices_do_not_mix():
    with VirtualDevice():
        there = torch.ones(2, requires_grad=True).to(DEVICE)
        assert (there * 2 + torch.tensor(1.0)).sum().item() == 6 and there.cpu().tolist() == [1, 1]
        with pytest.raises(RuntimeError, match=message_names('(2,)')):
            there + torch.ones(2)
        with pytest.raises(TypeError):
            there.detach().numpy()


def batch(classes, sub_categories=1):
    """Two images with everything that a pipeline could pack: masks, labels of images and sub-categories, CAMs."""
    inputs = list(torch.randint(0, 256, (2, 3, SIDE, SIDE), dtype=torch.uint8))
    samples = []
    for index in range(len(inputs)):
        sample = SegDataSample(metainfo=dict(
            img_id=f'image_{index}', img_path=f'image_{index}.jpg', ori_shape=(SIDE, SIDE), img_shape=(SIDE, SIDE),
            pad_shape=(SIDE, SIDE), scale_factor=(1.0, 1.0), flip=False, flip_direction=None))
        mask = torch.randint(0, len(classes), (1, 5, 5)).repeat_interleave(16, 1)
        sample.gt_sem_seg = PixelData(data=mask.repeat_interleave(16, 2))
        sample.gt_sem_seg.data[:, :, :4] = 255
        sample.gt_score = torch.zeros(len(classes) - 1)
        sample.gt_score[[0, 2]] = 1
        sample.gt_sub_category = sample.gt_score.repeat_interleave(sub_categories)
        sample.cam = PixelData(data=torch.rand(2, SIDE // 4, SIDE // 4))
        sample.cam_keys = torch.tensor([0, 2])
        sample.affinity_label = sample.gt_sem_seg.data[0, ::8, ::8].to(torch.uint8)
        sample.cues = torch.randint(0, 2, (9, 9, len(classes)), dtype=torch.uint8)
        samples.append(sample)
    return dict(inputs=inputs, data_samples=samples)


@pytest.fixture(params=NAMES)
def case(request):
    """A config, its model on the virtual device, and the metainfo of its data set."""
    torch.set_num_threads(1)
    cfg = Config.fromfile(CONFIGS / request.param)
    init_default_scope('mmseg')
    cfg.model = without_weights(cfg.model.to_dict())
    if 'min_size' in cfg.model.get('test_cfg', {}):
        cfg.model['test_cfg']['min_size'] = SIDE
    if cfg.model.get('test_cfg', {}).get('pad_size'):
        cfg.model['test_cfg']['pad_size'] = 2 * SIDE
    if 'warmup_epochs' in cfg.model.get('train_cfg', {}):
        cfg.model['train_cfg']['warmup_epochs'] = 0  # all losses
    dataset = DATASETS.build(dict(cfg.test_dataloader.dataset, lazy_init=True))
    return cfg, move(MODELS.build(cfg.model)), dataset.metainfo


def test_a_config(case, tmp_path, monkeypatch):
    """One test a config, because a network takes a second to build."""
    cfg, model, metainfo = case
    monkeypatch.chdir(tmp_path)
    with VirtualDevice():
        optimizer = build_optim_wrapper(model, cfg.optim_wrapper)
        losses = model.train().train_step(
            batch(metainfo['classes'], getattr(getattr(model, 'head', None), 'sub_categories', 1)), optimizer)
        assert all(on_device(loss) and loss.isfinite() for loss in losses.values())

        for hook in cfg.get('custom_hooks', ()):  # MeanShiftHook computes on the trained model
            if hasattr(HOOKS.get(hook['type']), 'total'):
                total = HOOKS.build(hook).total(model, [batch(metainfo['classes'])], quiet=True)
                assert total.device.type == 'cpu' and total.isfinite().all()

        model.eval()
        model.backbone = fast_copy(model.backbone)
        if 'instances' in getattr(model, 'test_cfg', {}):
            model.test_cfg['instances'] = True
        predicted = model.test_step(batch(metainfo['classes']))
        assert all(on_device(sample.pred_sem_seg.data) for sample in predicted)
        evaluate(cfg, predicted, metainfo, tmp_path)
        merge_views(cfg, model, metainfo)


def test_prototypes_of_a_head():
    """The configs of LPCAM have none before their tool has run."""
    init_default_scope('mmseg')
    head = MODELS.build(dict(type='LPCAMHead', num_classes=3, in_channels=4))
    head.centres[:, :2], head.context[1, 0] = torch.rand(3, 2, 4), torch.rand(4)
    with VirtualDevice():
        head, level = move(head), torch.rand(2, 4, 5, 6).to(DEVICE)
        seen = Features(level, (level, ))
        assert on_device(head.cam(seen)) and on_device(head.cam_of_mirrored(seen))


def evaluate(cfg, predicted, metainfo, folder):
    """Run the config's metrics, and the writers of files that the samples suit."""
    configured = cfg.test_evaluator if isinstance(cfg.test_evaluator, list) else [cfg.test_evaluator]
    evaluator = Evaluator([METRICS.build(metric) for metric in (
        *configured, dict(type='PseudoLabelWriter', output_dir='labels', prefix='labels'),
        dict(type='CAMWriter', output_dir='cams', prefix='cams'))])
    evaluator.dataset_meta = metainfo
    evaluator.process(predicted)
    metrics = evaluator.evaluate(len(predicted))
    assert 0 <= metrics['mIoU'] <= 100 and metrics['labels/images'] == metrics['cams/images'] == len(predicted)
    assert len(list((folder / 'labels').iterdir())) == len(list((folder / 'cams').iterdir())) == len(predicted)


def merge_views(cfg, model, metainfo):
    """Test-time augmentation, where the config has a model for that."""
    if 'tta_model' in cfg:
        data = batch(metainfo['classes'])
        merged = MODELS.build(dict(cfg.tta_model, module=model)).test_step(
            {name: [[one, one] for one in values] for name, values in data.items()})
        assert all(on_device(sample.pred_sem_seg.data) for sample in merged)
