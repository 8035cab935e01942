"""The stages of a pipeline, and what they learn of each other in a run."""
import functools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmwsss.engine.config import load_config
from mmwsss.engine.options import option_texts
from mmwsss.package_files import resolve_config
from mmwsss.utils.errors import InputError

from .network import Network
from .order import check_order
from .record import config_mark
from .stage import FIGURE, OUTPUT, Stage


class Plan:
    """The stages of a pipeline in a work dir.

    Args:
        path: of the pipeline's config; paths in its settings are relative to it.
        stages: in the order in which they run.
        work_dir: of the pipeline.
        dry: nothing was run: fingerprints and figures of earlier stages are replaced by their names.
        options: with which the pipeline's config was read.

    Attributes:
        records: of the stages that are done; the runner adds each when its output is there.

    Raises:
        InputError: two stages have one name, a stage needs an output that no earlier stage makes, or a config is
            missing or damaged.
    """

    def __init__(self, path: str, stages: Sequence[Stage], work_dir: Path, dry: bool = False,
                 options: Mapping[str, Any] | None = None) -> None:
        self.path, self.work_dir, self.dry, self.options = path, work_dir, dry, dict(options or {})
        self.stages = {stage.name: stage for stage in stages}
        self.records: dict[str, dict[str, Any]] = {}
        self._networks: dict[tuple[str, str, bool], Network] = {}
        self._images: dict[tuple[int, str], list[dict[str, Any]]] = {}
        check_order(path, stages)
        for stage in stages:
            stage.network(self)

    def output(self, name: str) -> str:
        """The path of a stage's output."""
        return str(self.stages[name].output(self).path)

    def mark(self, name: str) -> str:
        """The fingerprint of a stage's output, taken once a run."""
        return f'<output of {name}>' if self.dry else self.records[name]['output']

    def figure(self, name: str, key: str) -> float | str:
        """A figure of a finished stage.

        Raises:
            InputError: it has no such figure.
        """
        if self.dry:
            return f'{key} of {name}'
        figures = self.records[name]['metrics']
        if key not in figures:
            raise InputError(f'The stage {name} has no figure {key}. It has: {", ".join(figures) or "none"}.')
        return figures[key]

    def fill(self, options: Mapping[str, Any]) -> dict[str, str]:
        """Options as text for a command line, with outputs in place of `{stage}` and figures of `{stage.figure}`.

        The figure of a stage that is not done stays as it is: stages before it read only the config's data sets.
        """
        return option_texts({key: self._fill(value) for key, value in options.items()})

    def config(self, network: Network) -> Config:
        """The config of a network that finished stages have trained, its options filled."""
        return load_config(network.path, {key: self._fill(value) for key, value in network.options.items()})

    def load(self, path: str, options: Mapping[str, Any] | None = None, made_labels: bool = False) -> Network:
        """Read a network's config once; `path` is relative to the pipeline's config, or `mmwsss::` and one of ours.

        Raises:
            InputError: it does not exist, or cannot be read.
        """
        place = Path(resolve_config(path, Path(self.path).parent))
        if not place.is_file():
            raise InputError(f'{self.path} names the config {path}, but {place.absolute()} does not exist. Paths are '
                             'relative to the folder of the pipeline\'s config, also those of its _base_.')
        return self._load(str(place), dict(options or {}), made_labels)

    def network(self, reference: str, options: Mapping[str, Any] | None = None) -> Network:
        """The network of a stage, or of a config file.

        Args:
            reference: name of a stage that trains it, or path of a config: the network without a stage's options. If a
                stage trains that config from labels of another stage, its labels are not looked for: they do not exist
                yet.
            options: further `--cfg-options`.
        """
        if reference in self.stages:
            own = self.stages[reference].network(self)
        else:
            path = self.load(reference).path
            made = any(network.path == path and network.made_labels for network in self._networks.values())
            own = self._load(path, {}, made)
        if own is None:
            raise InputError(f'{self.path}: the stage {reference} trains no network. Name one that does, or a config.')
        return self._load(own.path, {**own.options, **options}, own.made_labels) if options else own

    def images(self, network: Network, loop: str) -> list[dict[str, Any]]:
        """What the data set of a loop (`'train'`, `'val'`, `'test'`) knows of its images; it is read once."""
        from .image_lists import read_images
        key = id(network), loop
        if key not in self._images:
            self._images[key] = read_images(network, loop, self.stages)
        return self._images[key]

    def names(self, network: Network, loop: str) -> list[str]:
        """Names of the images of a loop."""
        from .image_lists import name_of
        return [name_of(info) for info in self.images(network, loop)]

    def inputs(self, network: Network, parts: Sequence[str], images: tuple[Network, str],
               unread: Sequence[str] = (), **others: Any) -> dict[str, Any]:
        """What decides the output of a stage.

        Args:
            network: whose config it reads.
            parts: dotted keys of the settings that count.
            images: network and loop whose images it reads.
            unread: keys of `model` that do not count.
            **others: further inputs.
        """
        if self.dry:
            return {}
        from .image_lists import images_mark
        settings = {part: functools.reduce(lambda value, key: value[key], part.split('.'), network.cfg)
                    for part in parts}
        if 'model' in settings:
            settings['model'] = {key: value for key, value in network.cfg.model.items() if key not in unread}
        # Their values are not in the config, which has only their names.
        figures = {key: self._fill(value) for key, value in network.options.items() if re.fullmatch(FIGURE, str(value))}
        return dict(config=config_mark(settings), images=images_mark(self.images(*images)),
                    **dict(figures=figures) if figures else {}, **others)

    def require_images(self, reader: Stage, network: Network, loop: str, source: str) -> None:
        """Check that a stage writes files of all images that another reads.

        Raises:
            InputError: naming an image without a file.
        """
        written = self.stages[source].images(self)
        if written is None:
            return
        wanted, known = self.names(network, loop), set(written)
        without = [name for name in wanted if name not in known]
        if without:
            raise InputError(
                f'The stage {reader.name} reads {len(wanted)} images (the {loop} list of {network.path}), but '
                f'{source} writes no file for {len(without)} of them, e.g. {without[0]}. Add them to the list of '
                f'{source}.')

    def _load(self, place: str, options: dict[str, Any], made_labels: bool) -> Network:
        key = place, repr(options), made_labels
        if key not in self._networks:
            self._networks[key] = Network(place, load_config(place, options), options, made_labels)
        return self._networks[key]

    def _fill(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        figure = re.fullmatch(FIGURE, value)
        if figure and (self.dry or figure[1] in self.records):
            return self.figure(figure[1], figure[2])
        return re.sub(OUTPUT, lambda match: self.output(match[1]) if match[1] in self.stages else match[0], value)
