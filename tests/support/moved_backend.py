"""A file backend for tests: `backend_args=dict(backend='moved', root=...)` reads `moved://x` from `<root>/x`."""
from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend


class MovedBackend(LocalBackend):
    """Files in a folder that their paths do not contain."""

    def __init__(self, root):
        self.root = Path(root)

    def get(self, filepath):
        return super().get(self.root / str(filepath).removeprefix('moved://'))


register_backend('moved', MovedBackend, force=True)
