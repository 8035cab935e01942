"""Reading and writing command line settings: the path of a config, and `--cfg-options KEY=VALUE`."""
import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import DictAction

from mmwsss.utils.errors import InputError


def require_config(path: str) -> None:
    """Check that a config exists.

    Raises:
        InputError: the config does not exist.
    """
    if not Path(path).is_file():
        wrong = 'is a folder' if Path(path).is_dir() else 'does not exist'
        raise InputError(f'The config {path} {wrong}. Give the path of a config file, e.g. from configs/.')


def parse_option(text: str) -> Any:
    """Parse the value after `KEY=`.

    Follows MMEngine's rules (numbers, `True`, `None`, lists), with two differences: strings keep their spaces, and
    quoted text is always a string, unless it is a list in brackets.

    Args:
        text: the value as given on the command line.
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
        InputError: the value cannot be written as text.
    """
    plain = value if isinstance(value, str) else str(value).replace(' ', '')
    for text in (plain, f'"{plain}"', f"'{plain}'"):
        found = parse_option(text)
        if type(found) is type(value) and found == value:
            return text
    raise InputError(f'{value!r} cannot be passed on a command line. Set it in the config file.')


def option_texts(options: Mapping[str, Any]) -> dict[str, str]:
    """Options as the texts of a command line.

    Args:
        options: key -> value, see :func:`option_text`.

    Raises:
        InputError: naming the option whose value cannot be written as text.
    """
    texts = {}
    for key, value in options.items():
        try:
            texts[key] = option_text(value)
        except InputError as error:
            raise InputError(f'The option {key}: {error}') from error
    return texts


def flat_options(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings in dictionaries as options with dotted keys, e.g. `{'test_cfg': {'fp16': True}}` as `test_cfg.fp16`."""
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        inner = flat_options(value) if isinstance(value, Mapping) else {}
        flat.update({f'{key}.{name}': one for name, one in inner.items()} if inner else {key: value})
    return flat


class OptionsAction(DictAction):
    """Parse `KEY=VALUE ...` into a dictionary with :func:`parse_option`."""

    def __call__(self,
                 parser: argparse.ArgumentParser,
                 namespace: argparse.Namespace,
                 values: list[str],
                 option_string: str | None = None) -> None:
        """Set the dictionary; an argument without `=` exits with a message."""
        without = [value for value in values if '=' not in value]
        if without:
            parser.error(f'{option_string} must be KEY=VALUE, got {without[0]}')
        pairs = (value.split('=', maxsplit=1) for value in values)
        setattr(namespace, self.dest, {key: parse_option(text) for key, text in pairs})


def parse_component(words: Sequence[str]) -> dict[str, Any]:
    """Parse `TYPE KEY=VALUE ...` into a component's config.

    Args:
        words: the type, then its settings.

    Raises:
        InputError: the type is missing, or a setting is not KEY=VALUE.
    """
    kind, *settings = words
    wrong = [kind] * ('=' in kind) + [word for word in settings if '=' not in word]
    if wrong:
        raise InputError(f'{" ".join(words)} must be TYPE KEY=VALUE ...; {wrong[0]} is in the wrong place.')
    return dict(type=kind, **{key: parse_option(text) for key, text in (word.split('=', 1) for word in settings)})
