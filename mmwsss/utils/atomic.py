"""Writing files atomically."""
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .output import explained_output


@contextmanager
def atomic_path(path: str | os.PathLike) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` when the block succeeds.

    A killed or failed writer never leaves a partial file under the final name. The temporary file has the same suffix,
    because writers choose their format by it. Missing folders are created.

    Args:
        path: the final path.

    Yields:
        A path in the same folder (so that the rename is atomic) that does not exist yet.

    Raises:
        InputError: the folder or the file cannot be written; a full disk stays an `OSError`.
    """
    path = Path(path)
    with explained_output(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f'.{path.stem[:20]}-', suffix=path.suffix, dir=path.parent)
        os.close(handle)
        os.unlink(name)  # so that writers create it with the user's default permissions
    temporary = Path(name)
    try:
        with explained_output(path):
            yield temporary
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
