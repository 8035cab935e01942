"""From image-level labels to a segmentor, by AffinityNet.

Ahn, Kwak: Learning Pixel-level Semantic Affinity with Image-level Supervision for Weakly Supervised Semantic
Segmentation, CVPR 2018 (PSA).
"""
from collections.abc import Mapping, Sequence
from typing import Any

from mmwsss.registry import RECIPES
from mmwsss.utils.errors import InputError


@RECIPES.register_module()
def affinitynet(classifier: str,
                affinitynet: str,
                segmentor: str | None = None,
                alphas: Sequence[float] = (4, 32),
                pseudo_label_thr: float | str = 0.5,
                pseudo_label_crf: bool | Mapping[str, Any] = True,
                crf: bool | Mapping[str, Any] = False,
                network_options: Mapping[str, Mapping[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Classifier, CAMs, scores, AffinityNet, random walk, pseudo labels, segmentor, test, report.

    Args:
        classifier, affinitynet, segmentor: configs of the networks; without a segmentor it ends with the pseudo labels.
        alphas: powers of the strong and of the weak background of the scores.
        pseudo_label_thr: 0.5 lets the strongest of background and classes win, as published; another number, `'best'`
            (of the masks of AffinityNet's test list) or `'auto'` (label-free).
        pseudo_label_crf: `True`, or settings of a DenseCRF that refines the pseudo labels, as the paper does.
        crf: test the segmentor once more, with a DenseCRF; `True`, or the config of a local refinement.
        network_options: `--cfg-options` by network; `{classifier}` in a text stands for its checkpoint.

    Returns:
        The settings of 10 to 12 stages.
    """
    options = network_options or {}
    configs = dict(classifier=classifier, affinitynet=affinitynet, **dict(segmentor=segmentor) if segmentor else {})
    strangers = sorted(set(options) - set(configs))
    if strangers:
        raise InputError(f'network_options names {", ".join(strangers)}, but the networks are {", ".join(configs)}. '
                         'Correct the name.')
    if not isinstance(pseudo_label_crf, bool | Mapping):
        raise InputError(f'pseudo_label_crf={pseudo_label_crf!r} must be True, False, or a dictionary of settings.')
    own = {name: dict(type='Training', name=name, config=config, options=dict(options.get(name, {})))
           for name, config in configs.items()}
    measured = pseudo_label_thr in ('best', 'auto')
    refine = None if pseudo_label_crf is False else dict(
        type='DenseCRF', **({} if pseudo_label_crf is True else pseudo_label_crf))
    stages: list[dict[str, Any]] = [
        dict(own['classifier'], show=False, title='Training from image-level labels'),
        dict(type='CAMFiles', name='cams', network='classifier', images_of='affinitynet'),
        dict(type='CAMCurve', name='cam_quality', cams='cams', config='classifier'),
        dict(type='AffinityScores', name='scores', cams='cams', config='affinitynet', alphas=alphas),
        dict(own['affinitynet'], labels='scores', show=False, title='Training from scores'),
        dict(type='RefinerCurve', name='walk', network='affinitynet', cams='cams'),
        dict(type='PseudoLabels', name='pseudo_labels', network='affinitynet', cams='cams',
             threshold=f'walk.{pseudo_label_thr}_thr' if measured else pseudo_label_thr,
             images_of='segmentor' if segmentor else 'affinitynet', refine=refine),
        dict(type='LabelQuality', name='pseudo_label_quality', labels='pseudo_labels', config='affinitynet',
             bars='Pseudo labels')]
    if segmentor:
        stages += [
            dict(own['segmentor'], labels='pseudo_labels', title='Training from pseudo labels'),
            dict(type='Evaluation', name='evaluation', network='segmentor', bars='Segmentor')]
        if crf:
            stages.append(dict(type='Evaluation', name='crf', network='segmentor', refine=crf, bars='Segmentor, CRF',
                               title='The network on its test list, with a DenseCRF'))
    return [*stages, dict(type='Report', name='report')]
