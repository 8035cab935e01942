"""From image-level labels to a segmentor, by IRNet.

Ahn, Cho, Kwak: Weakly Supervised Learning of Instance Segmentation with Inter-pixel Relations (IRN), CVPR 2019, as the
visual words' paper (Ru, Du, Wu, IJCAI 2021) uses it.
"""
from collections.abc import Mapping, Sequence
from typing import Any

from mmwsss.registry import RECIPES
from mmwsss.utils.errors import InputError


@RECIPES.register_module()
def irn(classifier: str,
        irnet: str,
        segmentor: str | None = None,
        ir_label_thr: Sequence[float] | str = (0.30, 0.05),
        pseudo_label_thr: float | str = 0.25,
        pseudo_label_crf: bool | Mapping[str, Any] = False,
        crf: bool = False,
        network_options: Mapping[str, Mapping[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Classifier, CAMs, IR labels, IRNet, random walk, pseudo labels, segmentor, test, report.

    Args:
        classifier, irnet, segmentor: configs of the networks; without a segmentor it ends with the pseudo labels.
        ir_label_thr: (foreground, background), or `'auto'`: the label-free threshold of the CAMs plus and minus 0.15.
        pseudo_label_thr: a number, `'best'` (of the masks of IRNet's test list) or `'auto'` (label-free).
        pseudo_label_crf: `True`, or settings of a DenseCRF that refines the pseudo labels.
        crf: test the segmentor once more, with a DenseCRF.
        network_options: `--cfg-options` by network; `{classifier}` in a text stands for its checkpoint.

    Returns:
        The settings of 11 to 13 stages.
    """
    options = network_options or {}
    configs = dict(classifier=classifier, irnet=irnet, **dict(segmentor=segmentor) if segmentor else {})
    strangers = sorted(set(options) - set(configs))
    if strangers:
        raise InputError(f'network_options names {", ".join(strangers)}, but the networks are {", ".join(configs)}. '
                         'Correct the name.')
    own = {name: dict(type='Training', name=name, config=config, options=dict(options.get(name, {})))
           for name, config in configs.items()}
    measured = pseudo_label_thr in ('best', 'auto')
    stages: list[dict[str, Any]] = [
        dict(own['classifier'], show=False, title='Training from image-level labels'),
        dict(type='CAMFiles', name='cams', network='classifier', images_of='irnet'),
        dict(type='CAMCurve', name='cam_quality', cams='cams', config='classifier'),
        dict(type='AffinityLabels', name='ir_labels', cams='cams', config='irnet',
             thresholds='cam_quality' if ir_label_thr == 'auto' else ir_label_thr),
        dict(type='LabelQuality', name='ir_label_quality', labels='ir_labels', config='irnet'),
        dict(own['irnet'], labels='ir_labels', title='Training from IR labels'),
        dict(type='RefinerCurve', name='walk', network='irnet', cams='cams'),
        dict(type='PseudoLabels', name='pseudo_labels', network='irnet', cams='cams',
             threshold=f'walk.{pseudo_label_thr}_thr' if measured else pseudo_label_thr,
             images_of='segmentor' if segmentor else 'irnet', refine=_crf(pseudo_label_crf)),
        dict(type='LabelQuality', name='pseudo_label_quality', labels='pseudo_labels', config='irnet',
             bars='Pseudo labels')]
    if segmentor:
        stages += [
            dict(own['segmentor'], labels='pseudo_labels', title='Training from pseudo labels'),
            dict(type='Evaluation', name='evaluation', network='segmentor', bars='Segmentor')]
        if crf:
            stages.append(dict(type='Evaluation', name='crf', network='segmentor', refine=True, bars='Segmentor, CRF',
                               title='The network on its test list, with a DenseCRF'))
    return [*stages, dict(type='Report', name='report')]


def _crf(settings: bool | Mapping[str, Any]) -> dict[str, Any] | None:
    """The local refinement that `pseudo_label_crf` stands for."""
    if not isinstance(settings, bool | Mapping):
        raise InputError(f'pseudo_label_crf={settings!r} must be True, False, or a dictionary of settings.')
    if settings is False:
        return None
    return dict(type='DenseCRF', **({} if settings is True else settings))
