"""Writing JSON files."""
import json
import os
from typing import Any

from .atomic import atomic_path


def write_json(path: str | os.PathLike, value: Any, indent: int | None = 1) -> None:
    """Write a value as JSON, atomically.

    Args:
        path: the file; missing folders are created.
        value: any JSON value; other objects are written as strings.
        indent: spaces of indentation, `None` for a single line.
    """
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(value, indent=indent, default=str) + '\n', encoding='utf-8')
