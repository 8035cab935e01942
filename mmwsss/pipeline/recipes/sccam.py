"""Class activation maps by sub-category exploration.

Chang, Wang, Hung, Piramuthu, Tsai, Yang: Weakly-Supervised Semantic Segmentation via Sub-category Exploration
(SC-CAM), CVPR 2020.
"""
from collections.abc import Mapping, Sequence
from typing import Any

from mmwsss.registry import RECIPES
from mmwsss.utils.errors import InputError

from .parts import REPORT, cam_files, classifier_training, trainings


@RECIPES.register_module()
def sccam(classifier: str,
          sub_classifier: str,
          rounds: int = 3,
          k: int = 10,
          epochs: Sequence[int] | None = None,
          allow_fewer: bool = False,
          lists: Sequence[str] = (),
          network_options: Mapping[str, Mapping[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Classifier, then rounds of sub-categories and training with them, CAMs, their curve, report.

    The sub-categories of the first round are clusters of the classifier's features, those of a later round of the
    features of the round before. Every training starts from the initial weights of its config.

    Args:
        classifier: config of the first network.
        sub_classifier: config of the networks of all rounds, with a `SubCategoryHead`.
        rounds: how many times clusters and training alternate.
        k: sub-categories of a class.
        epochs: of each round's training, whose schedule stays that of the config; `None` for that of the config.
        allow_fewer: accept classes with fewer than `k` images, with one sub-category for each image.
        lists: names of lists with masks, beside that of the config's test, on which the last round's CAMs are tested.
        network_options: `--cfg-options` of `'classifier'` and `'sub_classifier'`.

    Returns:
        The settings of `2 * rounds + 4` stages, and one more for each list.
    """
    if not isinstance(rounds, int) or rounds < 1:
        raise InputError(f'rounds={rounds!r} must be at least 1.')
    if epochs is not None and len(epochs) != rounds:
        raise InputError(f'epochs={epochs!r} must have one entry for each of {rounds} rounds.')
    trained = trainings(dict(classifier=classifier, sub_classifier=sub_classifier), network_options)
    stages = [classifier_training(trained)]
    for index in range(rounds):
        clusters, name = f'sub_categories_{index + 1}', f'round_{index + 1}'
        own = {'train_dataloader.dataset.sub_category_file': f'{{{clusters}}}', 'model.head.sub_categories': k}
        if epochs is not None:
            own['train_cfg.max_epochs'] = epochs[index]
        stages += [
            dict(type='SubCategories', name=clusters, network=stages[-1]['name'], k=k, allow_fewer=allow_fewer,
                 images_of=name),
            dict(trained['sub_classifier'], name=name, show=False,
                 options={**trained['sub_classifier']['options'], **own},
                 title=f'Training from image-level labels and sub-categories, round {index + 1} of {rounds}')]
    last = stages[-1]['name']
    tests = [dict(type='Evaluation', name=f'test_{name}', network=last, test_list=name) for name in lists]
    return [*stages, *tests, *cam_files(last), REPORT]
