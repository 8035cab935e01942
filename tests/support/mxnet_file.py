"""Parameter files written byte by byte, as the versions of MXNet do."""
import struct

import torch

MARKS = {0: None, 1: 0xF993FAC8, 2: 0xF993FAC9, 3: 0xF993FACA}  # version of an array -> its mark
TYPES = {torch.float32: 0, torch.float64: 1, torch.float16: 2, torch.uint8: 3, torch.int32: 4, torch.int8: 5,
         torch.int64: 6}


def array(tensor, version):
    """The bytes of an array: mark, storage type, sides, device, type, values."""
    content = b'' if version == 0 else struct.pack('<I', MARKS[version])
    content += struct.pack('<i', 0) if version >= 2 else b''
    content += struct.pack('<I', tensor.dim())
    content += struct.pack(f"<{tensor.dim()}{'I' if version == 0 else 'q'}", *tensor.shape)
    return content + struct.pack('<iii', 1, 0, TYPES[tensor.dtype]) + tensor.contiguous().numpy().tobytes()


def write_params(path, tensors, version):
    """Write named tensors."""
    names = [name.encode() for name in tensors]
    content = struct.pack('<QQQ', 0x112, 0, len(tensors))
    content += b''.join(array(tensor, version) for tensor in tensors.values())
    content += struct.pack('<Q', len(names)) + b''.join(struct.pack('<Q', len(name)) + name for name in names)
    path.write_bytes(content)
    return content
