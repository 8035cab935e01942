"""Settings on a command line: `--cfg-options KEY=VALUE`, read and written."""
from collections.abc import Sequence
from typing import Any

from mmengine.config import DictAction

from mmwsss.utils.errors import InputError


def parse_option(text: str) -> Any:
    """The value that stands behind `KEY=`.

    MMEngine's rules (numbers, `True`, `None`, lists), which take the spaces out of everything; a string here keeps its
    own, and one in quotes is a string whatever it holds, but for a list in brackets.

    Args:
        text: of the value.
    """
    inner = text[1:-1]
    if len(text) > 1 and text[0] == text[-1] and text[0] in '\'"' and inner[:1] not in ('[', '('):
        return inner
    value = DictAction._parse_iterable(text)
    return text.strip('\'"') if isinstance(value, str) and ' ' in text else value


def option_text(value: Any) -> str:
    """The text that :func:`parse_option` reads as `value`.

    Args:
        value: a string, number, `True`, `False`, `None`, or a list of these.

    Raises:
        InputError: no text gives it back.
    """
    plain = value if isinstance(value, str) else str(value).replace(' ', '')
    for text in (plain, f'"{plain}"', f"'{plain}'"):
        found = parse_option(text)
        if type(found) is type(value) and found == value:
            return text
    raise InputError(f'{value!r} cannot be given on a command line. Write it into the config itself.')


def parse_component(words: Sequence[str]) -> dict[str, Any]:
    """Turn `TYPE KEY=VALUE ...` into a component's config.

    Args:
        words: the type, then its settings.

    Raises:
        InputError: a setting is not KEY=VALUE, or the type is one.
    """
    kind, *settings = words
    wrong = [kind] * ('=' in kind) + [word for word in settings if '=' not in word]
    if wrong:
        raise InputError(f'{" ".join(words)} must be TYPE KEY=VALUE ...; {wrong[0]} is in the wrong place.')
    return dict(type=kind, **{key: parse_option(text) for key, text in (word.split('=', 1) for word in settings)})
