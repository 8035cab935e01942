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
         second_segmentor: str | None = None,
         mask_settings: Mapping[str, Any] | None = None,
         network_options: Mapping[str, Mapping[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Classifier, CAMs, cues, segmentor, test, perhaps a second segmentor on the first one's masks, report.

    Args:
        classifier: config of the network that makes CAMs.
        segmentor: config of a network that learns from cues.
        cue_settings: what to change in the `cues` of its config.
        crf: test each segmentor once more, with a DenseCRF; `True`, or the config of a local refinement.
        masks: whether the test lists have masks; without, stages that measure against them are left out.
        second_segmentor: config of a plain segmentor, DSRG's second step: trained on from the first one's weights
            (`load_from`), on the masks that the first one predicts for its training images.
        mask_settings: `tta` and `refine` of these masks, see the stage `Masks`.
        network_options: `--cfg-options` of `'classifier'`, `'segmentor'` and `'second_segmentor'`; `{classifier}` in a
            text stands for its checkpoint.

    Returns:
        The settings of 6 to 13 stages.

    Raises:
        InputError: `network_options` names another network, or a test with a DenseCRF has no masks.
    """
    options = network_options or {}
    networks = ['classifier', 'segmentor', *(['second_segmentor'] if second_segmentor else [])]
    strangers = sorted(set(options) - set(networks))
    if strangers:
        raise InputError(f'network_options names {", ".join(strangers)}, but the networks are {", ".join(networks)}. '
                         'Correct the name.')
    if crf and not masks:
        raise InputError(f'masks=False, but crf={crf!r} tests the segmentor, which needs masks. Set crf=False.')
    if not isinstance(mask_settings or {}, Mapping) or set(mask_settings or {}) - {'tta', 'refine'}:
        raise InputError(f'mask_settings={mask_settings!r} must be a dictionary with tta or refine, e.g. '
                         "dict(tta=True, refine=dict(type='DenseCRF')).")
    if mask_settings and not second_segmentor:
        raise InputError(f'mask_settings={dict(mask_settings)} has no effect without second_segmentor. Name its '
                         'config, or remove mask_settings.')
    stages: list[dict[str, Any]] = [
        dict(type='Training', name='classifier', config=classifier, options=dict(options.get('classifier', {})),
             show=False, title='Training from image-level labels'),
        dict(type='CAMFiles', name='cams', network='classifier', images_of='segmentor'),
        dict(type='CAMCurve', name='cam_quality', cams='cams', config=classifier),
        dict(type='Cues', name='cues', cams='cams', config='segmentor', settings=dict(cue_settings or {})),
        dict(type='Training', name='segmentor', config=segmentor, labels='cues',
             options=dict(options.get('segmentor', {})), show=not second_segmentor,
             title='Training from image-level labels and cues')]
    if masks:
        stages += _tests('segmentor', '', 'Segmentor', crf)
    if second_segmentor:
        stages += [
            dict(type='Masks', name='masks', network='segmentor', images_of='second_segmentor',
                 **dict(mask_settings or {})),
            *([dict(type='LabelQuality', name='mask_quality', labels='masks', config=classifier, bars='Masks')]
              if masks else []),
            dict(type='Training', name='second_segmentor', config=second_segmentor, labels='masks',
                 options={'load_from': '{segmentor}', **options.get('second_segmentor', {})},
                 title='Training on from the first segmentor, with its masks')]
        if masks:
            stages += _tests('second_segmentor', 'second_', 'Second segmentor', crf)
    return [*stages, dict(type='Report', name='report')]


def _tests(network: str, prefix: str, bars: str, crf: bool | Mapping[str, Any]) -> list[dict[str, Any]]:
    """The tests of a segmentor: plain, and with a DenseCRF if that is asked for."""
    tests: list[dict[str, Any]] = [dict(type='Evaluation', name=f'{prefix}evaluation', network=network, bars=bars)]
    if crf:
        tests.append(dict(type='Evaluation', name=f'{prefix}crf', network=network, refine=crf, bars=f'{bars}, CRF',
                          title='The network on its test list, with a DenseCRF'))
    return tests
