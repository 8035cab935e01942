"""Reading XML."""
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from .errors import InputError


def read_xml(path: Path, remedy: str = 'Write it again, in UTF-8.') -> ElementTree.Element:
    """Read the root of an XML file.

    Args:
        path: the file.
        remedy: what to do if it is damaged, for the message.

    Raises:
        InputError: it is not valid XML, of an unknown encoding, or cannot be read.
        FileNotFoundError: it does not exist.
    """
    try:
        return ElementTree.parse(path).getroot()
    except (ElementTree.ParseError, LookupError, ValueError) as error:  # the last two tell of encodings
        raise InputError(f'{path} is not valid XML: {error}. {remedy}') from error
    except FileNotFoundError:
        raise
    except OSError as error:
        raise InputError(f'{path} cannot be read: {error.strerror}. {remedy}') from error
