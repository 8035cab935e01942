"""Dictionaries of arrays are read without running code in the file."""
import builtins
import io
import os
import pickle
from collections import OrderedDict

import numpy as np
import pytest
import torch
from message_names import message_names

from mmwsss.utils.errors import InputError
from mmwsss.utils.safe_load import load_npy_dict

CAM = dict(
    keys=np.array([3, 14]), cam=np.arange(12, dtype=np.float16).reshape(2, 2, 3),
    high_res=np.linspace(0, 1, 24, dtype=np.float32).reshape(2, 3, 4))


class Call:
    """Its pickle calls `function(*args)`."""

    def __init__(self, function, *args):
        self.call = function, args

    def __reduce__(self):
        return self.call


def test_a_dictionary_of_arrays_comes_back(tmp_path):
    np.save(tmp_path / 'cam.npy', CAM)
    loaded = load_npy_dict(tmp_path / 'cam.npy')
    assert list(loaded) == ['keys', 'cam', 'high_res']
    for key, array in CAM.items():
        assert loaded[key].dtype == array.dtype
        np.testing.assert_array_equal(loaded[key], array)


@pytest.mark.parametrize('protocol', range(pickle.HIGHEST_PROTOCOL + 1))
def test_plain_pickles_of_every_protocol(tmp_path, protocol):
    value = dict(CAM, number=np.float32(0.25), text='é', raw=b'\x00\xff', flag=True, none=None,
                 nothing=b'', empty=np.zeros((3, 0), int),
                 nested=OrderedDict(a=(1, [2.5])), fortran=np.asfortranarray(CAM['cam']))
    (tmp_path / 'd.pkl').write_bytes(pickle.dumps(value, protocol))
    loaded = load_npy_dict(tmp_path / 'd.pkl')
    np.testing.assert_array_equal(loaded['cam'], CAM['cam'])
    np.testing.assert_array_equal(loaded['fortran'], CAM['cam'])
    assert loaded['number'] == 0.25 and loaded['number'].dtype == np.float32
    assert (loaded['text'], loaded['raw'], loaded['flag'], loaded['none']) == ('é', b'\x00\xff', True, None)
    assert loaded['nested'] == OrderedDict(a=(1, [2.5]))
    assert loaded['nothing'] == b'' and loaded['empty'].shape == (3, 0)


@pytest.mark.parametrize('module', ['numpy.core', 'numpy._core'])
def test_files_of_numpy_1_and_2(tmp_path, module):
    data = pickle.dumps(dict(a=np.arange(3), b=np.float64(2)), 0)
    assert b'numpy._core' in data or b'numpy.core' in data
    data = data.replace(b'numpy._core', b'numpy.core').replace(b'numpy.core', module.encode())
    (tmp_path / 'd.npy').write_bytes(data)
    loaded = load_npy_dict(tmp_path / 'd.npy')
    assert loaded['a'].tolist() == [0, 1, 2] and loaded['b'] == 2


def test_integer_ids_stay_integers(tmp_path):
    np.save(tmp_path / 'cls_labels.npy', {2007000032: np.float32([1, 0])})
    assert list(load_npy_dict(tmp_path / 'cls_labels.npy')) == [2007000032]


def test_torch_tensors_are_read(tmp_path):
    tensor = torch.arange(6.).reshape(2, 3)
    np.save(tmp_path / 'cam.npy', dict(keys=torch.tensor([4]), cam=tensor[:, 1:]))
    loaded = load_npy_dict(tmp_path / 'cam.npy')
    assert loaded['keys'].tolist() == [4] and loaded['keys'].dtype == torch.int64
    assert loaded['cam'].device.type == 'cpu'
    torch.testing.assert_close(loaded['cam'], tensor[:, 1:])


@pytest.mark.parametrize('save', [np.save, lambda path, value: path.write_bytes(pickle.dumps(value))])
@pytest.mark.parametrize('function, name', [
    (os.system, 'system'), (eval, 'eval'), (getattr, 'getattr'), (builtins.__import__, '__import__')])
def test_code_is_refused_and_not_run(tmp_path, save, function, name):
    trace = tmp_path / 'trace'
    argument = f'open({str(trace)!r}, "w")' if function is eval else f'touch {trace}'
    save(tmp_path / 'bad.npy', dict(cam=Call(function, argument)))
    with pytest.raises(InputError, match=rf'bad\.npy.* \w+\.{name}\b'):
        load_npy_dict(tmp_path / 'bad.npy')
    assert not trace.exists()


def test_code_inside_of_a_tensor_is_not_run(tmp_path):
    trace = tmp_path / 'trace'
    inner = pickle.dumps(Call(os.system, f'touch {trace}'))
    np.save(tmp_path / 'bad.npy', dict(cam=Call(torch.storage._load_from_bytes, inner)))
    with pytest.raises(InputError, match='bad.npy'):
        load_npy_dict(tmp_path / 'bad.npy')
    assert not trace.exists()


def test_a_program_instead_of_a_tensor_is_refused(tmp_path):
    program = io.BytesIO()
    torch.save(torch.zeros(1), program)  # TorchScript's files are zip files, too
    np.save(tmp_path / 'bad.npy', dict(cam=Call(torch.storage._load_from_bytes, program.getvalue())))
    with pytest.raises(InputError, match='bad.npy'):
        load_npy_dict(tmp_path / 'bad.npy')


def test_code_inside_of_an_object_array_is_not_run(tmp_path):
    trace = tmp_path / 'trace'
    array = np.empty(1, object)
    array[0] = Call(os.system, f'touch {trace}')
    np.save(tmp_path / 'bad.npy', dict(cam=array))
    with pytest.raises(InputError, match='system'):
        load_npy_dict(tmp_path / 'bad.npy')
    assert not trace.exists()


def test_a_pickle_can_not_tamper_with_functions(tmp_path):
    # Opcodes: push the global, then set its attribute `__defaults__` (BUILD with a slot state).
    before = torch._utils._rebuild_tensor_v2.__defaults__
    (tmp_path / 'bad.pkl').write_bytes(
        b'\x80\x02ctorch._utils\n_rebuild_tensor_v2\nN}X\x0c\x00\x00\x00__defaults__K\x01\x85s\x86b.')
    with pytest.raises(InputError, match='bad.pkl'):
        load_npy_dict(tmp_path / 'bad.pkl')
    assert torch._utils._rebuild_tensor_v2.__defaults__ == before


@pytest.mark.parametrize('keep', [0, 5, 60, 200, -1])
def test_truncated_files_are_named(tmp_path, keep):
    np.save(tmp_path / 'whole.npy', CAM)
    (tmp_path / 'cut.npy').write_bytes((tmp_path / 'whole.npy').read_bytes()[:keep])
    with pytest.raises(InputError, match='cut.npy'):
        load_npy_dict(tmp_path / 'cut.npy')


def test_what_is_no_dictionary_is_named(tmp_path):
    np.save(tmp_path / 'plain.npy', np.zeros((2, 3), np.float32))
    np.save(tmp_path / 'objects.npy', np.array([dict(), dict()], dtype=object))
    (tmp_path / 'list.pkl').write_bytes(pickle.dumps([1]))
    (tmp_path / 'text.npy').write_text('2007_000032 cat')
    np.savez(tmp_path / 'zip.npz', a=np.zeros(2))
    (tmp_path / 'folder').mkdir()
    for name, named in (('plain.npy', ['float32', (2, 3)]), ('objects.npy', ['ndarray']), ('list.pkl', ['list']),
                        ('text.npy', []), ('zip.npz', []), ('absent.npy', []), ('folder', [])):
        with pytest.raises(InputError, match=message_names(name, *named)):
            load_npy_dict(tmp_path / name)
