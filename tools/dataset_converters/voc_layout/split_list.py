"""Lists of ids: the splits of a data set."""
from collections.abc import Iterable
from pathlib import Path

from converter_parts.text_file import write_text


def read_list(path: Path) -> list[str]:
    """The ids of a list, a line each."""
    return [line.split()[0] for line in path.read_text(encoding='utf-8').splitlines() if line.strip()]


def write_list(path: Path, ids: Iterable[str]) -> None:
    """Write ids, a line each."""
    write_text(path, ''.join(f'{name}\n' for name in ids))
