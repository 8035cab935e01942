"""A network of any kind, trained and tested: a classifier, whose CAMs are measured, or a segmentor."""
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from mmwsss.registry import RECIPES
from mmwsss.utils.provenance import settings_mark


@RECIPES.register_module()
def train_and_test(network: str, lists: Sequence[str] = (), options: Mapping[str, Any] | None = None,
                   test_options: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Training, and a test on each list.

    Args:
        network: its config.
        lists: names of lists beside that of the config's test, or paths of lists; without any, the config's own.
        options: `--cfg-options` of the training and of the tests.
        test_options: further ones of the tests, e.g. `{'model.head.word_cam': False}`; such tests have names of their
            own, so that they stand beside those without.

    Returns:
        The settings of the stages `training` and `test_<list>`.
    """
    tag = f'_{settings_mark(test_options)[:6]}' if test_options else ''
    tests = [dict(type='Evaluation', name=f'test_{_stem(name)}{tag}', network='training', test_list=name,
                  options=dict(test_options or {}), title=f'{PurePath(network).stem} on {name}') for name in lists]
    own = dict(type='Evaluation', name=f'test{tag}', network='training', options=dict(test_options or {}))
    return [dict(type='Training', name='training', config=network, options=dict(options or {}), show=False),
            *(tests or [own])]


def _stem(name: str) -> str:
    """A list as part of a stage's name."""
    return re.sub(r'[^\w.-]', '_', PurePath(name).stem if '/' in name else name.removesuffix('.txt'))
