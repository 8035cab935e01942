"""JSON files that are whole or not there."""
import json
import os
from typing import Any

from .atomic import atomic_path


def write_json(path: str | os.PathLike, value: Any, indent: int | None = 1) -> None:
    """Write a value as JSON; an existing file is replaced once the new one is complete.

    Args:
        path: of the file; missing folders are made.
        value: what JSON can hold; anything else is written as its text.
        indent: spaces of indentation, `None` for a single line.
    """
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(value, indent=indent, default=str) + '\n', encoding='utf-8')
