import threading
from argparse import Namespace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch
from mmengine.runner import CheckpointLoader, checkpoint
from mmengine.runner.checkpoint import load_checkpoint
from torch import nn

from mmwsss.engine.checkpoint_loaders import load_all_safely
from mmwsss.utils.errors import InputError


class Quiet(SimpleHTTPRequestHandler):
    """A server of files that writes no log."""

    def log_message(self, *args):
        pass


@pytest.fixture
def url(tmp_path, monkeypatch):
    """A server of `tmp_path / 'served'`, for MMEngine with safe loaders and an empty cache."""
    monkeypatch.setattr(checkpoint, 'load_url', checkpoint.load_url)
    monkeypatch.setattr(CheckpointLoader, '_schemes', dict(CheckpointLoader._schemes))
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'cache'))
    monkeypatch.setenv('no_proxy', '*')
    load_all_safely()
    (tmp_path / 'served').mkdir()
    server = ThreadingHTTPServer(('127.0.0.1', 0), partial(Quiet, directory=str(tmp_path / 'served')))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f'http://127.0.0.1:{server.server_port}'
    server.shutdown()
    server.server_close()


def test_weights_are_downloaded_once(url, tmp_path):
    saved = nn.Linear(2, 3)
    torch.save(saved.state_dict(), tmp_path / 'served' / 'a.pth')
    for _ in range(2):
        network = nn.Linear(2, 3)
        load_checkpoint(network, f'{url}/a.pth', map_location='cpu')
        assert torch.equal(network.weight, saved.weight)
        (tmp_path / 'served' / 'a.pth').unlink(missing_ok=True)
    assert (tmp_path / 'cache/hub/checkpoints/a.pth').is_file()


@pytest.mark.parametrize('local', [False, True], ids=['downloaded', 'local'])
def test_objects_in_a_file_are_refused(local, url, tmp_path):
    torch.save(dict(state_dict=nn.Linear(2, 3).state_dict(), args=Namespace()), tmp_path / 'served' / 'a.pth')
    with pytest.raises(InputError, match='argparse.Namespace'):
        load_checkpoint(nn.Linear(2, 3), str(tmp_path / 'served/a.pth') if local else f'{url}/a.pth')


def test_model_zoos_download_by_the_same_function(url, monkeypatch):
    monkeypatch.setattr(checkpoint, 'load_url', lambda url, **kwargs: dict(url=url))
    assert CheckpointLoader.load_checkpoint('torchvision://resnet50')['url'].endswith('.pth')
