"""A stand-in for a GPU: tensors that claim another device and are computed on the CPU. With a GPU, the GPU itself.

It shows faults on a CPU that otherwise only a GPU shows: a mask made on the CPU beside a map on the device, `.numpy()`
of a device tensor, a constant that `.to()` forgot. Inside `VirtualDevice()` such a mixture is an error, as with CUDA.
Values are real (fake tensors have none), so data-dependent code, losses and gradients run.

    with VirtualDevice():
        model = move(model)                     # parameters and buffers
        x = torch.rand(2, 3, 64, 64).to(DEVICE)
        model(x).mean().backward()              # raises where devices meet
        y.cpu().numpy()                         # allowed;  y.numpy() is not

Where PyTorch finds a GPU, `DEVICE` is that GPU, and `VirtualDevice()` does nothing. Otherwise it is torch's 'meta', the
only device type that autograd knows without hardware. CPU scalars (no dimension) mix freely, as with CUDA. There is no
float64, as on Apple's GPUs. Not modelled: streams, memory, half precision (autocast does nothing), kernels that differ.
"""
import contextlib

import torch
from mmengine.model import BaseDataPreprocessor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map

REAL = torch.cuda.is_available()
DEVICE = torch.device('cuda') if REAL else torch.device('meta')
# Operators that may see both devices.
CROSSING = {'_to_copy', 'copy_', 'index', 'index_put', 'index_put_', '_index_put_impl_'}


class DeviceTensor(torch.Tensor):
    """A tensor on the virtual device; `held` is where its values are."""

    @staticmethod
    def __new__(cls, held):
        if held.dtype in (torch.float64, torch.complex128):
            raise TypeError(f'{held.dtype} of shape {tuple(held.shape)}, which Apple\'s GPUs do not have')
        tensor = torch.Tensor._make_wrapper_subclass(
            cls, held.shape, strides=held.stride(), storage_offset=held.storage_offset(), dtype=held.dtype,
            layout=held.layout, device=DEVICE)
        tensor.held = held
        return tensor

    def __init__(self, held):
        pass

    def __repr__(self):
        return f'DeviceTensor({self.held})'

    def tolist(self):
        return self.held.tolist()

    def numpy(self, *args, **kwargs):
        raise TypeError('a device tensor has no NumPy array; use .cpu() first')

    __array__ = numpy
    __torch_function__ = torch._C._disabled_torch_function_impl

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return _run(func, args, kwargs or {})


class _VirtualDevice(TorchDispatchMode):
    """Within it `DEVICE` can be written to, and devices must not be mixed."""

    def __enter__(self):
        self._autocast = torch.autocast
        torch.autocast = lambda kind, *args, **kwargs: (
            contextlib.nullcontext() if kind == DEVICE.type else self._autocast(kind, *args, **kwargs))
        return super().__enter__()

    def __exit__(self, *args):
        torch.autocast = self._autocast
        return super().__exit__(*args)

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return _run(func, args, kwargs or {})


VirtualDevice = contextlib.nullcontext if REAL else _VirtualDevice


def on_device(tensor):
    """Whether a tensor is on `DEVICE`."""
    return tensor.device.type == DEVICE.type


def move(module):
    """Put a module's parameters and buffers on `DEVICE`, in place."""
    if REAL:
        return module.to(DEVICE)
    for part in module.modules():
        if isinstance(part, BaseDataPreprocessor):
            part._device = DEVICE
        for name, parameter in part._parameters.items():
            if parameter is not None:
                part._parameters[name] = torch.nn.Parameter(DeviceTensor(parameter.detach()), parameter.requires_grad)
        for name, buffer in part._buffers.items():
            if buffer is not None:
                part._buffers[name] = DeviceTensor(buffer)
    return module


def _run(func, args, kwargs):
    name = func.overloadpacket.__name__
    tensors = [x for x in tree_flatten((args, kwargs))[0] if isinstance(x, torch.Tensor)]
    here = [x for x in tensors if not isinstance(x, DeviceTensor) and x.dim() > 0]
    there = [x for x in tensors if isinstance(x, DeviceTensor)]
    asked = next((x for x in (*args, kwargs.get('device')) if isinstance(x, torch.device)), None)
    asked = torch.device(kwargs['device']) if kwargs.get('device') is not None else asked
    indexing = name.startswith(('index', '_index'))
    if here and there and (name not in CROSSING or indexing and not isinstance(args[0], DeviceTensor)):
        raise RuntimeError(f'{func}: tensors on two devices, of shapes {[tuple(x.shape) for x in here]} on the CPU and '
                           f'{[tuple(x.shape) for x in there]} on the virtual device')

    def hold(x):
        if isinstance(x, DeviceTensor):
            return x.held
        return torch.device('cpu') if isinstance(x, torch.device) and x.type == DEVICE.type else x

    kwargs_held = tree_map(hold, kwargs)
    if name == '_to_copy':
        kwargs_held['device'] = torch.device('cpu')
    result = func(*tree_map(hold, args), **kwargs_held)
    if func._schema.is_mutable and isinstance(args[0], DeviceTensor) and name.endswith('_'):
        return args[0]
    if name == 'copy_':
        return args[0]
    if 'out' in kwargs:
        return kwargs['out']
    to_device = asked.type == DEVICE.type if asked is not None else bool(there)
    if not to_device or name == '_local_scalar_dense':
        return result
    return tree_map(lambda x: DeviceTensor(x) if type(x) is torch.Tensor else x, result)
