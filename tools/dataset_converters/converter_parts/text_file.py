"""Small text files that a run which was killed leaves whole."""
from pathlib import Path

from .mmwsss_utils import atomic_path


def write_text(path: Path, text: str) -> None:
    """Write a small file, whole or not at all; one that has the text already stays."""
    if path.is_file() and path.read_bytes() == text.encode():
        return
    with atomic_path(path) as temporary:
        temporary.write_bytes(text.encode())
