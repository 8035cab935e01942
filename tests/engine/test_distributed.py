import os

import pytest
import torch
from message_names import message_names
from mmengine.config import Config

from mmwsss.engine import distributed
from mmwsss.engine.distributed import leave_group, prepare_distributed
from mmwsss.engine.launchers import process_rank
from mmwsss.utils.errors import InputError


@pytest.fixture(autouse=True)
def _no_launcher(monkeypatch):
    for names in distributed.VARIABLES.values():
        for name in names:
            monkeypatch.delenv(name, raising=False)
    for name in ('MASTER_ADDR', 'MASTER_PORT'):
        monkeypatch.setenv(name, '')  # so that monkeypatch restores it
        monkeypatch.delenv(name)
    yield
    leave_group()


def test_rank_by_launcher(monkeypatch):
    monkeypatch.setenv('RANK', '3')
    assert [process_rank(launcher) for launcher in ('pytorch', 'slurm', 'none')] == [3, 0, 0]


def test_nothing_to_do_without_a_launcher():
    cfg = Config(dict(launcher='none'))
    prepare_distributed(cfg)
    assert 'model_wrapper_cfg' not in cfg and not torch.distributed.is_initialized()


def test_missing_variables_are_named():
    with pytest.raises(InputError, match=message_names('SLURM_PROCID', 'SLURM_LOCALID', 'SLURM_NTASKS')):
        prepare_distributed(Config(dict(launcher='slurm')))


@pytest.mark.parametrize('launcher', ['slurm', 'mpi'])
def test_gloo_group_and_wrapper_without_devices(launcher, monkeypatch):
    monkeypatch.setattr(distributed, 'get_device', lambda: 'cpu')
    for name in ('RANK', 'LOCAL_RANK', 'WORLD_SIZE'):
        monkeypatch.setenv(name, 'replaced')
    for name, value in zip(distributed.VARIABLES[launcher], ('0', '0', '1'), strict=True):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv('MASTER_PORT', '29871')
    cfg = Config(dict(launcher=launcher, env_cfg=dict(dist_cfg=dict(backend='nccl', timeout=60)),
                      find_unused_parameters=True))
    prepare_distributed(cfg)
    assert torch.distributed.get_backend() == 'gloo' and torch.distributed.get_world_size() == 1
    assert cfg.model_wrapper_cfg.to_dict() == dict(
        type='MMDistributedDataParallel', device_ids=None, broadcast_buffers=False,
        find_unused_parameters=True)
    assert os.environ['LOCAL_RANK'] == '0'  # which the Runner reads
    prepare_distributed(cfg)  # a second run in the same process


def test_a_wrapper_of_the_config_keeps_its_settings(monkeypatch):
    monkeypatch.setattr(distributed, 'get_device', lambda: 'cpu')
    monkeypatch.setattr(distributed, '_join_gloo_group', lambda *args: None)
    monkeypatch.setattr(distributed, '_read_variables', lambda launcher: [0, 0, 1])
    cfg = Config(dict(launcher='pytorch', model_wrapper_cfg=dict(static_graph=True)))
    prepare_distributed(cfg)
    assert cfg.model_wrapper_cfg.to_dict() == dict(
        type='MMDistributedDataParallel', static_graph=True, device_ids=None)


def test_launchers_on_apples_gpu_are_refused(monkeypatch):
    monkeypatch.setattr(distributed, 'get_device', lambda: 'mps')
    monkeypatch.setattr(distributed, '_read_variables', lambda launcher: [0, 0, 2])
    with pytest.raises(InputError, match=message_names('Apple', 'pytorch')):
        prepare_distributed(Config(dict(launcher='pytorch')))


def test_more_processes_than_gpus_are_refused(monkeypatch):
    monkeypatch.setattr(distributed, 'get_device', lambda: 'cuda')
    monkeypatch.setattr(torch.cuda, 'device_count', lambda: 2)
    for name, value in zip(distributed.VARIABLES['pytorch'], ('3', '2', '4'), strict=True):
        monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=message_names(2)):
        prepare_distributed(Config(dict(launcher='pytorch')))
    monkeypatch.setenv('LOCAL_RANK', '1')
    cfg = Config(dict(launcher='pytorch'))
    prepare_distributed(cfg)
    assert 'model_wrapper_cfg' not in cfg


@pytest.mark.parametrize('settings, place', [
    (dict(model=dict(backbone=dict(norm_cfg=dict(type='SyncBN', requires_grad=True)))), 'model.backbone.norm_cfg'),
    (dict(model=dict(auxiliary_head=[dict(norm_cfg=dict(type='mmcv.SyncBN'))])), 'model.auxiliary_head.0.norm_cfg'),
    (dict(model=dict(decode_head=dict(norm_cfg=dict(type='BN'))), sync_bn='torch'), 'sync_bn')])
def test_norms_that_only_gpus_synchronise_are_named(settings, place, monkeypatch):
    """As in MMSeg's configs. MMEngine itself replaces them by plain ones only for a process without a launcher."""
    monkeypatch.setattr(distributed, 'get_device', lambda: 'cpu')
    monkeypatch.setattr(distributed, '_read_variables', lambda launcher: [0, 0, 2])
    monkeypatch.setattr(distributed, '_join_gloo_group', lambda *args: None)
    with pytest.raises(InputError, match=message_names(place, 'BN')):
        prepare_distributed(Config(dict(settings, launcher='pytorch')))
    prepare_distributed(Config(dict(settings, launcher='none')))
    monkeypatch.setattr(distributed, 'get_device', lambda: 'cuda')
    monkeypatch.setattr(torch.cuda, 'device_count', lambda: 2)
    prepare_distributed(Config(dict(settings, launcher='pytorch')))
