"""From image-level labels to a segmentor, by AffinityNet.

Ahn, Kwak: Learning Pixel-level Semantic Affinity with Image-level Supervision for Weakly Supervised Semantic
Segmentation, CVPR 2018 (PSA).
"""
from collections.abc import Mapping, Sequence
from typing import Any

from mmwsss.registry import RECIPES

from .parts import (
    REPORT,
    cam_files,
    classifier_training,
    pseudo_labels,
    require_masks,
    segmentor_of_labels,
    trainings,
)


@RECIPES.register_module()
def affinitynet(classifier: str,
                affinitynet: str,
                segmentor: str | None = None,
                alphas: Sequence[float] | str = (4, 32),
                pseudo_label_thr: float | str = 0.5,
                pseudo_label_crf: bool | Mapping[str, Any] = True,
                crf: bool | Mapping[str, Any] = False,
                masks: bool = True,
                network_options: Mapping[str, Mapping[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Classifier, CAMs, scores, AffinityNet, random walk, pseudo labels, segmentor, test, report.

    Args:
        classifier, affinitynet, segmentor: configs of the networks; without a segmentor it ends with the pseudo labels.
        alphas: powers of the strong and of the weak background of the scores; or `'auto'`: those that belong to the
            label-free threshold of the CAMs plus and minus 0.15. The walk then takes the power of the threshold
            itself, unless `network_options` sets `model.test_cfg.alpha`.
        pseudo_label_thr: 0.5 lets the strongest of background and classes win, as published; another number, `'best'`
            (of the masks of AffinityNet's test list) or `'auto'` (label-free).
        pseudo_label_crf: local refinement of the pseudo labels: `True` or settings of a DenseCRF, as in the paper, or
            the config of another, e.g. `dict(type='PAMR')`.
        crf: test the segmentor once more, with a local refinement: `True` for a DenseCRF, or its config.
        masks: whether the test lists have masks; without, stages that measure against them are left out.
        network_options: `--cfg-options` by network; `{classifier}` in a text stands for its checkpoint.

    Returns:
        The settings of 9 to 12 stages; without masks, of 8 or 9.
    """
    require_masks(masks, crf, pseudo_label_thr)
    measured = alphas == 'auto'
    if measured:
        options = dict(network_options or {})
        options['affinitynet'] = {'model.test_cfg.alpha': '{scores.alpha}', **options.get('affinitynet', {})}
        network_options = options
    trained = trainings(dict(classifier=classifier, affinitynet=affinitynet, segmentor=segmentor), network_options)
    return [
        classifier_training(trained),
        *cam_files('classifier', images_of='affinitynet'),
        dict(type='AffinityScores', name='scores', cams='cams', config='affinitynet',
             alphas='cam_quality' if measured else alphas),
        dict(trained['affinitynet'], labels='scores', show=False, title='Training from scores'),
        *pseudo_labels('affinitynet', trained, pseudo_label_thr, pseudo_label_crf, masks),
        *segmentor_of_labels(trained, crf, masks),
        REPORT]
