"""A network of a pipeline: its config, and where the settings are that a pipeline changes."""
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmwsss.utils.errors import InputError


@dataclass
class Network:
    """A config that stages train or test.

    Attributes:
        path: of the config file.
        cfg: the config, with its options.
        options: of `--cfg-options`; `{stage}` in a text stands for the output of that stage, `{stage.figure}` for its
            figure.
        made_labels: whether it learns from label maps that another stage writes.
    """
    path: str
    cfg: Config
    options: dict[str, Any] = field(default_factory=dict)
    made_labels: bool = False

    def evaluator(self, kind: str) -> str:
        """The key of its first evaluator whose type ends in `kind`, e.g. `'IoUMetric'`.

        Raises:
            InputError: there is none.
        """
        evaluators = self.cfg.get('test_evaluator') or []
        single = isinstance(evaluators, dict)
        for index, evaluator in enumerate([evaluators] if single else evaluators):
            found = evaluator['type']
            if (found if isinstance(found, str) else found.__name__).endswith(kind):
                return 'test_evaluator' if single else f'test_evaluator.{index}'
        raise InputError(f'{self.path} has no {kind} among its test_evaluator. Add one; the pipeline uses it.')

    def list_option(self, loop: str = 'train') -> list[str]:
        """The option that names the list of a loop, by default its training's; an empty name stands for all images."""
        dataset = self.cfg[f'{loop}_dataloader'].dataset
        listed = dataset.get('ann_file')
        return ['--list', str(Path(dataset.get('data_root') or '', listed)) if listed else '']

    def list_name(self, loop: str) -> str:
        """The name of the list of a loop; where it names none, that of the loop."""
        return Path(self.cfg[f'{loop}_dataloader'].dataset.get('ann_file') or loop).stem

    def list_file(self, loop: str, name: str) -> str:
        """The `ann_file` of another list for a loop.

        Args:
            loop: 'train', 'val' or 'test'.
            name: of a list beside that of the loop, e.g. 'val', or the path of a file.

        Raises:
            InputError: a name, but the loop has no list.
        """
        dataset = self.cfg[f'{loop}_dataloader'].dataset
        if '/' in name or Path(name).is_file():
            root = Path(dataset.get('data_root') or '/').absolute()  # below it, so that a copy has the same fingerprint
            path = Path(name).absolute()
            return str(path.relative_to(root) if dataset.get('data_root') and path.is_relative_to(root) else path)
        listed = dataset.get('ann_file')
        if not listed:
            raise InputError(f'{loop}_dataloader.dataset of {self.path} has no ann_file, so there is no list {name} '
                             'beside it. Give the path of the list.')
        return str(Path(listed).with_name(name.removesuffix(Path(listed).suffix) + Path(listed).suffix))

    def require_list(self, loop: str) -> None:
        """Check that the list of a loop exists.

        Raises:
            InputError: it does not; the message names those beside it.
        """
        dataset = self.cfg[f'{loop}_dataloader'].dataset
        path = Path(dataset.get('data_root') or '', dataset.get('ann_file') or '')
        if dataset.get('ann_file') and not dataset.get('backend_args') and not path.is_file():
            from mmwsss.datasets.file_listing import lists_beside
            there = ', '.join(lists_beside(path)) or 'no lists'
            raise InputError(f'The list {path} does not exist. In its folder are {there}.')

    def require_dataset(self, loop: str) -> None:
        """Check that a loop has a data set whose folders a pipeline can set.

        Raises:
            InputError: there is none, or it is a wrapper of others.
        """
        loader = self.cfg.get(f'{loop}_dataloader')
        dataset = loader.get('dataset') if loader else None
        if not dataset or 'pipeline' not in dataset:
            kind = f'a {dataset["type"]}, which wraps other data sets' if dataset else 'missing'
            raise InputError(f'{loop}_dataloader.dataset of {self.path} is {kind}. A pipeline sets its folders: use a '
                             'data set with a list and a pipeline of its own.')
