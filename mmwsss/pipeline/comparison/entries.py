"""What is compared: the entries of a command line or of a file."""
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mmwsss.engine.config import read_config
from mmwsss.engine.options import flat_options, option_texts, require_config
from mmwsss.package_files import resolve_config
from mmwsss.utils.errors import InputError
from mmwsss.utils.seeds import require_seed

KEYS = ('name', 'config', 'options', 'test_options', 'against')  # of an entry in a file
NAME = r'\w[\w .,+()-]*'  # it is a folder and a cell of a Markdown table


@dataclass(frozen=True)
class Entry:
    """One line of a comparison.

    Attributes:
        name: in the table, and of its folder.
        config: path of the config of a network or a pipeline.
        is_pipeline: whether the config lists stages; a network is trained and tested.
        options: `--cfg-options` of the config.
        test_options: further ones of its tests.
        against: name of the entry whose figures are subtracted from its own, or empty.
    """
    name: str
    config: str
    is_pipeline: bool
    options: Mapping[str, Any] = field(default_factory=dict)
    test_options: Mapping[str, Any] = field(default_factory=dict)
    against: str = ''

    @property
    def pipeline_options(self) -> dict[str, Any]:
        """`--cfg-options` of a pipeline: its own, and those of its tests."""
        return flat_options({**self.options, **{f'test_options.{key}': value
                                                for key, value in self.test_options.items()}})


@dataclass(frozen=True)
class Comparison:
    """Entries, each with every seed.

    Attributes:
        entries: the others are compared with the first one.
        seeds: of all trainings.
        lists: names or paths of lists that networks are tested on; without any, that of their configs. A pipeline
            measures what its stages say.
    """
    entries: tuple[Entry, ...]
    seeds: tuple[int, ...]
    lists: tuple[str, ...]


def read_comparison(words: Sequence[str], seeds: Sequence[int] | None = None, lists: Sequence[str] | None = None,
                    test_options: Mapping[str, Any] | None = None, against: str = '') -> Comparison:
    """Read the entries of a command line.

    Args:
        words: paths of configs of networks, of pipelines, or of files with `entries`, a list of
            `dict(config=..., name=..., options={...}, test_options={...}, against=...)`, and perhaps `seeds` and
            `lists`; a config may be given a name, as `NAME=PATH`. Configs in such a file are relative to it.
        seeds: in place of those of the files; by default `[0]`.
        lists: in place of those of the files.
        test_options: further `--cfg-options` of all tests of networks, also in pipelines.
        against: name of the entry to subtract from all others, in place of those of the files.

    Raises:
        InputError: a config is missing or damaged, a setting is unknown, names or lists occur twice, or an entry to
            subtract does not exist.
    """
    entries: list[Entry] = []
    own: dict[str, list[Any]] = dict(seeds=[], lists=[])
    for word in words:
        name, path = _split(word)
        path = resolve_config(path)
        settings = read_config(path).to_dict()
        if 'entries' in settings:
            if name:
                raise InputError(f'{word}: {path} names its entries itself. Give its path without NAME=.')
            entries += _entries_of(settings, path)
            for key, values in own.items():
                if settings.get(key) is not None:
                    values.append(settings[key])
        else:
            entries.append(_entry(path, settings, name))
    chosen: dict[str, Any] = {key: given if given is not None else _agreed(key, own[key])
              for key, given in dict(seeds=seeds, lists=lists).items()}
    entries = [_with_test_options(entry, test_options or {}) for entry in entries]
    _check_names(entries)
    entries = [replace(entry, against=against or entry.against) for entry in entries]
    entries = [replace(entry, against='') if entry.against == entry.name else entry for entry in entries]
    _check_against(entries, against)
    found = Comparison(tuple(entries), tuple(chosen['seeds'] or (0, )), tuple(map(str, chosen['lists'] or ())))
    for seed in found.seeds:
        require_seed(seed)
    _check_unique('seeds', found.seeds)
    _check_unique('lists', [Path(name).stem if '/' in name else name.removesuffix('.txt') for name in found.lists])
    return found


def _split(word: str) -> tuple[str, str]:
    """The name, which may be empty, and the path."""
    name, sign, path = word.partition('=')
    return ('', word) if not sign or '/' in name or Path(word).is_file() else (name, path)


def _entries_of(settings: Mapping[str, Any], path: str) -> list[Entry]:
    """The entries of a file."""
    listed = settings['entries']
    if not isinstance(listed, list | tuple) or not listed:
        raise InputError(f"{path}: entries must be a list of dict(config='...'), got {listed!r}.")
    entries = []
    for item in listed:
        unknown = sorted(set(item) - set(KEYS)) if isinstance(item, Mapping) else [item]
        if unknown or not isinstance(item.get('config'), str):
            raise InputError(f'{path}: the entry {item!r} needs a config, and has no settings but {", ".join(KEYS)}.')
        for key in ('name', 'against'):
            if not isinstance(item.get(key) or '', str):
                raise InputError(f'{path}: {key} of the entry {item!r} must be a text in quotes.')
        for key in ('options', 'test_options'):
            if not isinstance(item.get(key) or {}, Mapping):
                raise InputError(f"{path}: {key} of the entry {item!r} must be a dictionary, e.g. "
                                 "{'train_dataloader.batch_size': 8}.")
        place = os.path.normpath(resolve_config(item['config'], Path(path).parent))
        try:
            require_config(place)
        except InputError as error:
            raise InputError(f'{path}: {error}') from error
        options = item.get('options') or {}
        entry = _entry(place, read_config(place, options).to_dict(), item.get('name') or '', options)
        entry = replace(entry, against=item.get('against') or '')
        entries.append(_with_test_options(entry, item.get('test_options') or {}))
    return entries


def _entry(path: str, settings: Mapping[str, Any], name: str, options: Mapping[str, Any] | None = None) -> Entry:
    if 'entries' in settings:
        raise InputError(f'{path} is a comparison itself. Give it on the command line.')
    name = name or Path(path).stem
    if not re.fullmatch(NAME, name) or name.startswith('compare.'):
        raise InputError(f'The name {name!r} of {path} does not fit. Use letters, digits, spaces and any of _.,+()-, '
                         'beginning with a letter or digit: NAME=PATH.')
    is_pipeline = 'model' not in settings
    return _checked(Entry(name, path, is_pipeline, dict(options or {})))


def _with_test_options(entry: Entry, options: Mapping[str, Any]) -> Entry:
    """The entry with further options of its tests."""
    if options and not entry.is_pipeline:
        read_config(entry.config, {**entry.options, **options})
    return _checked(replace(entry, test_options={**entry.test_options, **options}))


def _checked(entry: Entry) -> Entry:
    """The entry, if a command line can pass the options of its pipeline."""
    try:
        option_texts(entry.pipeline_options if entry.is_pipeline else {})
    except InputError as error:
        raise InputError(f'{entry.config}: {error}') from error
    return entry


def _agreed(key: str, values: Sequence[Any]) -> Any:
    """What all files set; `None` where none sets it."""
    for value in values:
        if not isinstance(value, list | tuple):
            raise InputError(f'{key} = {value!r} of a file of entries must be a list, e.g. {key} = [{value!r}].')
        if value != values[0]:
            raise InputError(f'The {key} of the files are {" and ".join(map(str, values))}. Give --{key}.')
    return values[0] if values else None


def _check_names(entries: Sequence[Entry]) -> None:
    for entry in entries:
        same = [other for other in entries if other.name.lower() == entry.name.lower()]
        if len(same) > 1:
            paths = ', '.join(other.config for other in same)
            case = '' if len({other.name for other in same}) == 1 else ', but for upper and lower case'
            raise InputError(f'Several entries have the name {entry.name}{case}: {paths}. Give them names: NAME=PATH.')


def _check_against(entries: Sequence[Entry], against: str) -> None:
    names = [entry.name for entry in entries]
    for name in [against, *(entry.against for entry in entries)]:
        if name and name not in names:
            raise InputError(f'No entry has the name {name}, which others are compared with. The names are '
                             f'{", ".join(names)}.')


def _check_unique(what: str, values: Sequence[Any]) -> None:
    twice = sorted({str(value) for value in values if list(values).count(value) > 1})
    if twice:
        raise InputError(f'--{what} has {", ".join(twice)} twice. Give each once.')
