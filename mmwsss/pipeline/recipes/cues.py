"""From image-level labels to a segmentor that learns from cues, without a refiner.

Kolesnikov, Lampert: Seed, Expand and Constrain (SEC), ECCV 2016. Huang et al.: DSRG, CVPR 2018.
"""
from collections.abc import Mapping
from typing import Any

from mmwsss.registry import RECIPES
from mmwsss.utils.errors import InputError


@RECIPES.register_module()
def cues(classifier: str,
         segmentor: str,
         cue_settings: Mapping[str, Any] | None = None,
         crf: bool | Mapping[str, Any] = False,
         masks: bool = True,
         network_options: Mapping[str, Mapping[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Classifier, CAMs, cues, segmentor, test, report.

    Args:
        classifier: config of the network that makes CAMs.
        segmentor: config of a network that learns from cues.
        cue_settings: what to change in the `cues` of its config.
        crf: test the segmentor once more, with a DenseCRF; `True`, or the config of a local refinement.
        masks: whether the test lists have masks; without, stages that measure against them are left out.
        network_options: `--cfg-options` of `'classifier'` and `'segmentor'`; `{classifier}` in a text stands for its
            checkpoint.

    Returns:
        The settings of 6 to 8 stages.

    Raises:
        InputError: `network_options` names another network, or a test with a DenseCRF has no masks.
    """
    options = network_options or {}
    strangers = sorted(set(options) - {'classifier', 'segmentor'})
    if strangers:
        raise InputError(f'network_options names {", ".join(strangers)}, but the networks are classifier, segmentor. '
                         'Correct the name.')
    if crf and not masks:
        raise InputError(f'masks=False, but crf={crf!r} tests the segmentor, which needs masks. Set crf=False.')
    stages: list[dict[str, Any]] = [
        dict(type='Training', name='classifier', config=classifier, options=dict(options.get('classifier', {})),
             show=False, title='Training from image-level labels'),
        dict(type='CAMFiles', name='cams', network='classifier', images_of='segmentor'),
        dict(type='CAMCurve', name='cam_quality', cams='cams', config=classifier),
        dict(type='Cues', name='cues', cams='cams', config='segmentor', settings=dict(cue_settings or {})),
        dict(type='Training', name='segmentor', config=segmentor, labels='cues',
             options=dict(options.get('segmentor', {})), title='Training from image-level labels and cues')]
    if masks:
        stages.append(dict(type='Evaluation', name='evaluation', network='segmentor', bars='Segmentor'))
        if crf:
            stages.append(dict(type='Evaluation', name='crf', network='segmentor', refine=crf, bars='Segmentor, CRF',
                               title='The network on its test list, with a DenseCRF'))
    return [*stages, dict(type='Report', name='report')]
