"""Process groups on machines without a GPU, which MMEngine's launchers do not support."""
import datetime
import os
import subprocess
import time
from typing import Any

import torch
from mmengine.config import Config
from mmengine.device import get_device

from mmwsss.utils.errors import InputError

from .config import nested_parts
from .launchers import VARIABLES

LINGER = 0.2  # seconds between the last collective and the end of a run


def prepare_distributed(cfg: Config) -> None:
    """Set up several processes on CPUs, which MMEngine's Runner cannot; call it before the Runner is built.

    MMEngine selects a CUDA device in each process and passes its index to the model's wrapper. Without an accelerator
    this function joins a gloo group, so that the Runner skips its own setup, and configures a wrapper without devices.
    With GPUs it only checks that there are enough.

    Args:
        cfg: the run's config; `model_wrapper_cfg` is changed in place.

    Raises:
        InputError: the launcher's variables are missing, there are more processes than GPUs, MMEngine's launchers do
            not know the device, or the config has norms that only GPUs can synchronise.
    """
    launcher = cfg.get('launcher', 'none')
    if launcher == 'none':
        return
    rank, local_rank, size = _read_variables(launcher)
    device = get_device()
    if device == 'cuda' and local_rank >= torch.cuda.device_count():
        raise InputError(
            f'Process {local_rank} on this machine has no GPU, because there are only {torch.cuda.device_count()}. '
            'Start one process per GPU, or hide the GPUs (CUDA_VISIBLE_DEVICES=-1) to run on CPUs.')
    if device == 'mps':
        raise InputError(f"MMEngine's launchers do not support Apple's GPU, so --launcher {launcher} cannot work here. "
                         'Run one process without a launcher.')
    if device == 'cpu':
        _refuse_synchronised_norms(cfg)
        _join_gloo_group(cfg, launcher, rank, local_rank, size)
        _wrap_without_devices(cfg)


def leave_group() -> None:
    """Leave the process group at the end of a run, if there is one.

    A gloo thread frees a collective's tensors some time after the collective has ended, and needs the interpreter for
    it; if the interpreter is shutting down, the process aborts. So all ranks first synchronise without tensors and
    wait a moment.
    """
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        if torch.distributed.get_backend() == 'gloo':
            torch.distributed.barrier()
            time.sleep(LINGER)
        torch.distributed.destroy_process_group()


def _read_variables(launcher: str) -> list[int]:
    """Rank, local rank and number of processes."""
    missing = [name for name in VARIABLES[launcher] if name not in os.environ]
    if missing:
        raise InputError(
            f'--launcher {launcher} needs the environment variables {", ".join(missing)}. Start through the launcher: '
            'tools/dist_train.sh or dist_test.sh (pytorch), slurm_train.sh or slurm_test.sh (slurm), mpirun (mpi).')
    return [int(os.environ[name]) for name in VARIABLES[launcher]]


def _refuse_synchronised_norms(cfg: Config) -> None:
    """Name a SyncBN before PyTorch refuses it with a traceback of each process; most configs of MMSeg have one."""
    norms = (key for key, part in nested_parts(cfg.get('model'), 'model') if str(part.get('type')).endswith('SyncBN'))
    place = 'sync_bn' if cfg.get('sync_bn') else next(norms, None)
    if place:
        raise InputError(f'{cfg.filename}: {place} synchronises batch norms of several processes, which only works on '
                         "GPUs. Set norm_cfg=dict(type='BN') in all parts of the model and remove sync_bn (weights "
                         'stay the same), or run one process without a launcher.')


def _join_gloo_group(cfg: Config, launcher: str, rank: int, local_rank: int, size: int) -> None:
    """Set the variables that PyTorch and MMEngine read, and join the group."""
    if torch.distributed.is_initialized():
        return
    os.environ.update(RANK=str(rank), LOCAL_RANK=str(local_rank), WORLD_SIZE=str(size))
    os.environ.setdefault('MASTER_ADDR', _first_host(launcher))
    os.environ.setdefault('MASTER_PORT', '29500')
    timeout = cfg.get('env_cfg', {}).get('dist_cfg', {}).get('timeout')
    kwargs: dict[str, Any] = {} if timeout is None else dict(timeout=datetime.timedelta(seconds=timeout))
    torch.distributed.init_process_group('gloo', **kwargs)


def _first_host(launcher: str) -> str:
    """The host of rank 0."""
    if launcher == 'slurm' and int(os.environ.get('SLURM_NNODES', 1)) > 1:
        hosts = subprocess.run(['scontrol', 'show', 'hostnames', os.environ['SLURM_NODELIST']],
                               check=True, capture_output=True, text=True).stdout
        return hosts.split()[0]
    return '127.0.0.1'


def _wrap_without_devices(cfg: Config) -> None:
    """Set `device_ids` to None for the Runner; omitting the key is not enough."""
    wrapper = cfg.get('model_wrapper_cfg') or dict(
        broadcast_buffers=False, find_unused_parameters=cfg.get('find_unused_parameters', False))
    wrapper.setdefault('type', 'MMDistributedDataParallel')
    wrapper['device_ids'] = None
    cfg.model_wrapper_cfg = wrapper
