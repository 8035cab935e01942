"""Reading and writing JSON."""
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

from .atomic import atomic_path
from .errors import InputError
from .text_file import read_text


def parse_json(text: str, name: str | os.PathLike) -> Any:
    """Parse JSON in which no key occurs twice: of two entries for one image, Python would keep the last.

    Args:
        text: the JSON.
        name: of its file, for messages.

    Raises:
        InputError: it is no JSON, or an object has a key twice.
    """
    def each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        content = dict(pairs)
        if len(content) < len(pairs):
            twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
            raise InputError(f'{name} has the key {twice!r} twice. Keep one.')
        return content

    try:
        return json.loads(text, object_pairs_hook=each_once)
    except InputError:
        raise
    except (ValueError, RecursionError) as error:
        raise InputError(f'{name} is not valid JSON: {error}. Write it again.') from error


def read_json(path: Path) -> Any:
    """Read JSON in UTF-8, see :func:`parse_json`.

    Raises:
        InputError: also if the file cannot be read.
    """
    if path.is_dir():
        raise InputError(f'{path} is a directory. Give a JSON file.')
    return parse_json(read_text(path), path)


def write_json(path: str | os.PathLike, value: Any, indent: int | None = 1) -> None:
    """Write a value as JSON, atomically.

    Args:
        path: the file; missing folders are created.
        value: any JSON value; other objects are written as strings.
        indent: spaces of indentation, `None` for a single line.
    """
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(value, indent=indent, default=str) + '\n', encoding='utf-8')
