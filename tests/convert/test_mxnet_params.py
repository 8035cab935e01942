"""Parameter files of MXNet, as its versions wrote them."""

import numpy as np
import pytest
import torch
from message_names import message_names
from mxnet_file import MARKS, TYPES, write_params

from mmwsss.convert.mxnet_params import is_mxnet_params, read_mxnet_params
from mmwsss.utils.errors import InputError

TENSORS = {'arg:conv_weight': torch.randn(4, 3, 2, 1), 'aux:bn_moving_mean': torch.randn(5),
           'arg:scale': torch.ones(1, dtype=torch.float64)}


@pytest.mark.parametrize('version', MARKS)
def test_every_version(tmp_path, version):
    write_params(tmp_path / 'a.params', TENSORS, version)
    assert is_mxnet_params(tmp_path / 'a.params')
    found = read_mxnet_params(tmp_path / 'a.params')
    assert list(found) == list(TENSORS)
    for name, tensor in TENSORS.items():
        assert found[name].dtype == tensor.dtype and torch.equal(found[name], tensor)


def test_every_type(tmp_path):
    tensors = {str(dtype): torch.arange(6).view(2, 3).to(dtype) for dtype in TYPES}
    write_params(tmp_path / 'a.params', tensors, 2)
    found = read_mxnet_params(tmp_path / 'a.params')
    assert all(torch.equal(found[name], tensor) and found[name].dtype == tensor.dtype
               for name, tensor in tensors.items())


def test_bytes_of_a_known_file(tmp_path):
    """One vector (1, 2) called `w`, as MXNet 0.7 wrote it."""
    (tmp_path / 'a.params').write_bytes(bytes.fromhex(
        '1201000000000000 0000000000000000 0100000000000000'  # mark, reserved, arrays
        '01000000 02000000 01000000 00000000 00000000 0000803f 00000040'  # sides, CPU 0, float32, values
        '0100000000000000 0100000000000000 77'))
    found = read_mxnet_params(tmp_path / 'a.params')
    np.testing.assert_array_equal(found['w'], [1, 2])


@pytest.mark.parametrize('version', [0, 2])
def test_damaged_files_are_refused(tmp_path, version):
    path = tmp_path / 'a.params'
    content = write_params(path, TENSORS, version)
    for cut in (20, 40, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:cut])
        with pytest.raises(InputError, match=message_names('a.params')):
            read_mxnet_params(path)
    path.write_bytes(content + b'x')
    with pytest.raises(InputError, match=message_names('a.params')):
        read_mxnet_params(path)


def test_other_files(tmp_path):
    torch.save(TENSORS, tmp_path / 'a.pth')
    for path in (tmp_path / 'a.pth', tmp_path / 'none.params'):
        assert not is_mxnet_params(path)
        with pytest.raises(InputError, match=message_names(path)):
            read_mxnet_params(path)
    write_params(tmp_path / 'a.params', {'w': torch.ones(2)}, 2)
    content = bytearray((tmp_path / 'a.params').read_bytes())
    content[28] = 1  # the storage type of sparse rows
    (tmp_path / 'a.params').write_bytes(content)
    with pytest.raises(InputError, match=message_names('a.params', 'sparse')):
        read_mxnet_params(tmp_path / 'a.params')
