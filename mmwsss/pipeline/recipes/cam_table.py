"""One line of a table of CAMs, as the paper's Table 1: a classifier with one seed, tested on several lists."""
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from mmwsss.registry import RECIPES


@RECIPES.register_module()
def cam_table(classifier: str, seed: int = 0, lists: Sequence[str] = ('train', 'val'),
              test_options: dict[str, Any] | None = None, tag: str = '') -> list[dict[str, Any]]:
    """Training with a seed, and a test of its CAMs on each list.

    Args:
        classifier: config of the network.
        seed: of the training.
        lists: names of lists with masks, beside the list of the config's test.
        test_options: further `--cfg-options` of the tests, e.g. `{'model.head.word_cam': False}`.
        tag: added to the tests' names, to tell such options apart.

    Returns:
        The settings of the stages `training` and `test_<list><tag>`.
    """
    tests = [dict(type='Evaluation', name=f'test_{name}{tag}', network='training', test_list=name,
                  options=dict(test_options or {}), title=f'CAMs of {PurePath(classifier).stem} on {name}')
             for name in lists]
    return [dict(type='Training', name='training', config=classifier, options={'randomness.seed': seed}, show=False),
            *tests]
