import argparse
import io
import os
import pickle
import tarfile
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer
from packaging.version import Version
from torch import nn

from mmwsss.engine.checkpoint_file import _load_with_own_unpickler, _load_with_torch, load_safely

LOADERS = pytest.mark.parametrize('load', [
    pytest.param(lambda path: _load_with_torch(path, lazy=True), id='torch', marks=pytest.mark.skipif(
        Version(torch.__version__) < Version('2.6'), reason='PyTorch < 2.6')),
    pytest.param(_load_with_own_unpickler, id='own'),
    pytest.param(load_safely, id='either'),
])
FORMATS = pytest.mark.parametrize('as_zip', [True, False], ids=['zip', 'legacy'])


def training_checkpoint() -> dict:
    """A checkpoint of MMEngine's Runner after one training step."""
    model = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4))
    optimizer = torch.optim.AdamW(model.parameters())
    model(torch.ones(2, 3, 4, 4)).sum().backward()
    optimizer.step()
    buffer = HistoryBuffer([0.5, 0.25], [1, 1])
    return dict(
        meta=dict(epoch=1, seed=np.int64(7), rate=np.float32(0.5), dataset_meta=dict(classes=('cat', ))),
        message_hub=dict(log_scalars=dict(loss=buffer), runtime_info=dict(score=np.float64(0.25), flag=np.bool_(True)),
                         resumed_keys=dict(loss=True)),
        state_dict=model.state_dict(), ema=dict(half=torch.ones(3).half(), bare=nn.Parameter(torch.ones(2))),
        optimizer=optimizer.state_dict(), array=np.arange(6, dtype=np.float32).reshape(2, 3), names={'a', 'b'},
        precision=torch.bfloat16, device=torch.device('cpu'))


@LOADERS
@FORMATS
def test_reads_what_mmengine_writes(load, as_zip, tmp_path):
    saved = training_checkpoint()
    torch.save(saved, tmp_path / 'a.pth', _use_new_zipfile_serialization=as_zip)
    read = load(tmp_path / 'a.pth')
    assert read['meta'] == saved['meta'] and read['names'] == {'a', 'b'}
    assert type(read['meta']['rate']) is np.float32
    assert read['precision'] is torch.bfloat16 and read['device'] == torch.device('cpu')
    loss = read['message_hub']['log_scalars']['loss']
    assert loss.mean() == 0.375 and loss.statistics('max') == 0.5
    assert read['message_hub']['runtime_info'] == saved['message_hub']['runtime_info']
    np.testing.assert_array_equal(read['array'], saved['array'])
    for name, value in saved['state_dict'].items():
        assert torch.equal(read['state_dict'][name], value)
    assert read['ema']['half'].dtype == torch.float16 and isinstance(read['ema']['bare'], nn.Parameter)
    for name, value in saved['optimizer']['state'][0].items():
        assert torch.equal(read['optimizer']['state'][0][name], value)


@pytest.mark.parametrize('package', ['core', '_core'])
def test_reads_files_of_either_numpy(package, tmp_path):
    torch.save(training_checkpoint(), tmp_path / 'a.pth')
    with zipfile.ZipFile(tmp_path / 'a.pth') as one, zipfile.ZipFile(tmp_path / 'b.pth', 'w') as other:
        for name in one.namelist():
            content = one.read(name)
            if name.endswith('.pkl'):
                content = content.replace(b'numpy._core.', b'numpy.core.').replace(b'numpy.core.',
                                                                                   f'numpy.{package}.'.encode())
            other.writestr(name, content)
    assert load_safely(tmp_path / 'b.pth', lazy=False)['meta']['seed'] == 7


class System:
    """Runs a command when it is unpickled."""

    def __reduce__(self):
        return os.system, ('touch executed', )


class Call:
    """Calls a function when it is unpickled."""

    def __init__(self, function, *args):
        self.function, self.args = function, args

    def __reduce__(self):
        return self.function, self.args


def python_by_attributes(code: str) -> Call:
    """Reach `exec` by attributes of an allowed class and run it by a function that PyTorch's safe loader calls."""
    builtins = Call(getattr, Call(getattr, HistoryBuffer, '__init__'), '__builtins__')
    look_up = Call(getattr, builtins, '__getitem__')
    kind = Call(getattr, look_up, '__class__')
    found = Call(torch._tensor._rebuild_from_type_v2, look_up, kind, ('exec', ), {})
    return Call(torch._tensor._rebuild_from_type_v2, found, kind, (code, ), {})


# With plain pickle, each would create `executed`, in ways that a list of harmless names alone does not prevent.
ATTACKS = {
    'system': pickle.dumps(System(), 2),
    'eval': b"\x80\x02cbuiltins\neval\n(X\x22\x00\x00\x00__import__('os').mkdir('executed')\n\x85R.",
    'getattr': (b'\x80\x02cbuiltins\ngetattr\ncmmengine.logging.history_buffer\nHistoryBuffer\n'
                b'X\x08\x00\x00\x00__init__\x86R.'),
    'getattr of another': b'\x80\x02cbuiltins\ngetattr\ncnumpy\nndarray\nX\x04\x00\x00\x00dump\x86R.',
    'change of a class': (b'\x80\x02cmmengine.logging.history_buffer\nHistoryBuffer\n'
                          b'N}X\x04\x00\x00\x00meanK\x01s\x86b.'),
    'codec': b'\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00aX\x05\x00\x00\x00rot13\x86R.',
    'attributes': pickle.dumps(python_by_attributes("open('executed', 'w')"), 2),
    'rebuilt by another function': pickle.dumps(
        Call(torch._tensor._rebuild_from_type_v2, np.dtype, np.dtype, ('float32', ), {}), 2),
    'dotted name': b'\x80\x04\x8c\x05torch\x8c\x09os.system\x93\x8c\x0etouch executed\x85R.',
}


def as_checkpoint(attack: bytes, as_zip: bool) -> bytes:
    """A torch checkpoint with its pickle replaced."""
    buffer = io.BytesIO()
    torch.save(dict(state_dict=dict()), buffer, _use_new_zipfile_serialization=as_zip)
    if not as_zip:  # magic number, protocol, system, content, storages
        return b''.join(pickle.dumps(value, 2) for value in (0x1950a86a20f9469cfc6c, 1001, {})) + attack + b'\x80\x02].'
    result = io.BytesIO()
    with zipfile.ZipFile(buffer) as one, zipfile.ZipFile(result, 'w') as other:
        for name in one.namelist():
            other.writestr(name, attack if name.endswith('data.pkl') else one.read(name))
    return result.getvalue()


@pytest.mark.parametrize('attack', ATTACKS)
@pytest.mark.parametrize('form', ['zip', 'legacy', 'bare'])
def test_code_in_a_file_is_not_run(attack, form, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mean = HistoryBuffer.mean
    content = ATTACKS[attack] if form == 'bare' else as_checkpoint(ATTACKS[attack], form == 'zip')
    Path('a.pth').write_bytes(content)
    with pytest.raises(pickle.UnpicklingError):
        _load_with_own_unpickler(Path('a.pth'))
    with suppress(pickle.UnpicklingError, RuntimeError):  # PyTorch's loader takes functions that it then does not call
        load_safely(Path('a.pth'))
    assert os.listdir() == ['a.pth'] and HistoryBuffer.mean is mean


@FORMATS
def test_the_forbidden_name_is_told(as_zip, tmp_path):
    torch.save(dict(args=argparse.Namespace(lr=1)), tmp_path / 'a.pth', _use_new_zipfile_serialization=as_zip)
    with pytest.raises(pickle.UnpicklingError, match='argparse.Namespace'):
        load_safely(tmp_path / 'a.pth')


@pytest.mark.filterwarnings('ignore::DeprecationWarning', 'ignore::FutureWarning')
def test_programs_of_torchscript_are_refused(tmp_path):
    torch.jit.save(torch.jit.script(nn.ReLU()), tmp_path / 'a.pth')
    with pytest.raises(pickle.UnpicklingError, match='TorchScript'):
        load_safely(tmp_path / 'a.pth')


def test_tar_archives_are_refused(tmp_path):
    with tarfile.open(tmp_path / 'a.pth', 'w') as archive:
        archive.add(__file__, 'storages')
    with pytest.raises(pickle.UnpicklingError, match='tar archive'):
        load_safely(tmp_path / 'a.pth')


def test_source_code_in_a_file_is_not_compared(tmp_path):
    module = (b'\x80\x02(X\x06\x00\x00\x00modulecmmengine.logging.history_buffer\nHistoryBuffer\n'
              b'X\x01\x00\x00\x00aX\x01\x00\x00\x00btQ.')
    (tmp_path / 'a.pth').write_bytes(as_checkpoint(module, as_zip=False))
    with pytest.raises(pickle.UnpicklingError, match='it stores a module'):
        _load_with_own_unpickler(tmp_path / 'a.pth')


def test_what_others_allowed_stays_allowed(tmp_path):
    torch.save(training_checkpoint(), tmp_path / 'a.pth')
    serialization = torch.serialization
    if not hasattr(serialization, 'get_safe_globals'):
        pytest.skip('PyTorch < 2.4')
    serialization.add_safe_globals([HistoryBuffer])
    allowed = set(serialization.get_safe_globals())
    load_safely(tmp_path / 'a.pth')
    assert set(serialization.get_safe_globals()) == allowed
