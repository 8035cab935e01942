"""The loaders with which MMEngine reads checkpoints, made safe."""
from pathlib import Path, PurePosixPath
from urllib.parse import urlparse

import torch
from mmengine.runner import CheckpointLoader, checkpoint

from .checkpoints import read_checkpoint


def load_all_safely() -> None:
    """Make MMEngine's Runner and `init_cfg` read local and downloaded checkpoints with :func:`read_checkpoint`.

    MMEngine's own loaders run code in a file; versions up to 0.10.7 with PyTorch 2.6 or later reject the checkpoints
    of their own Runner.
    """
    CheckpointLoader.register_scheme('', loader=load_from_local, force=True)
    checkpoint.load_url = load_from_url  # for http://, torchvision://, open-mmlab:// and others


def load_from_local(filename: str, map_location: object = None) -> dict:
    """The loader, under the name that MMEngine logs; the caller copies the weights to the device."""
    return read_checkpoint(filename, lazy=False)


def load_from_url(url: str, model_dir: str | None = None, map_location: object = None, progress: bool = True) -> dict:
    """Download a checkpoint, unless it is in PyTorch's cache, and read it.

    Args:
        url: of the file.
        model_dir: folder to keep it in; by default `checkpoints` in `torch.hub.get_dir()`.
        map_location: not used, see :func:`load_from_local`.
        progress: draw a progress bar.
    """
    path = Path(model_dir or Path(torch.hub.get_dir(), 'checkpoints'), PurePosixPath(urlparse(url).path).name)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(url, str(path), progress=progress)
    return read_checkpoint(path, lazy=False)
