"""Reading text files that people write."""
from pathlib import Path

from .errors import InputError


def read_text(path: Path) -> str:
    """Read a UTF-8 text file, with or without a byte order mark.

    Raises:
        InputError: it is not UTF-8, or cannot be read.
    """
    try:
        return path.read_text(encoding='utf-8-sig')
    except UnicodeDecodeError as error:
        raise InputError(f'{path} is not UTF-8 text: {error}. Save it as {path.suffix[1:].upper() or "text"} in '
                         'UTF-8.') from error
    except OSError as error:
        raise InputError(f'{path} cannot be read: {error.strerror}. Check the path.') from error
