"""Inferencers of networks with random weights."""
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from reference_network import REPO
from tiny_inference import CLASSES, CONFIGS
from tiny_voc import write_tiny_voc

from mmwsss.apis import WSSSInferencer
from mmwsss.pseudo_labels import write_cam


@pytest.fixture(scope='session')
def root(tmp_path_factory):
    return write_tiny_voc(tmp_path_factory.mktemp('inference') / 'data', CLASSES, images=3)


@pytest.fixture(scope='session')
def networks(root):
    """Config and checkpoint of each network, with random weights."""
    made = {}
    for name, config in CONFIGS.items():
        cfg = Config.fromfile(REPO / 'configs' / 'mini' / f'{config}.py')
        cfg.model.backbone.init_cfg = None
        cfg.test_dataloader.dataset.update(data_root=str(root), cam_dir=str(root / 'cams') if name == 'irnet' else None)
        init_default_scope('mmseg')
        torch.manual_seed(3)
        model = MODELS.build(cfg.model)
        model.init_weights()
        checkpoint = root / f'{name}.pth'
        torch.save(dict(state_dict=model.state_dict()), checkpoint)
        made[name] = cfg, checkpoint
    return made


@pytest.fixture(scope='session')
def inferencers(networks):
    return {name: WSSSInferencer(*network, device='cpu', show_progress=False) for name, network in networks.items()}


@pytest.fixture(scope='session')
def cams(root):
    """A folder of CAM files."""
    draw = np.random.default_rng(0)
    for path in (root / 'JPEGImages').iterdir():
        maps = draw.random((2, 12, 16)).astype(np.float32)
        write_cam(root / 'cams' / f'{path.stem}.npz', maps / maps.max(), np.array([1, 4]), (48, 64), CLASSES)
    return root / 'cams'
