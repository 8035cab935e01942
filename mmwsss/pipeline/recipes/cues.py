"""From image-level labels to a segmentor that learns from cues, without a refiner.

Kolesnikov, Lampert: Seed, Expand and Constrain (SEC), ECCV 2016. Huang et al.: DSRG, CVPR 2018.
"""
from collections.abc import Mapping
from typing import Any

from mmwsss.registry import RECIPES
from mmwsss.utils.errors import InputError

from .parts import (
    REPORT,
    cam_files,
    classifier_training,
    label_quality,
    require_masks,
    segmentor_tests,
    trainings,
)


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
        crf: test each segmentor once more, with a local refinement: `True` for a DenseCRF, or its config.
        masks: whether the test lists have masks; without, stages that measure against them are left out.
        second_segmentor: config of a plain segmentor, DSRG's second step: trained on from the first one's weights
            (`load_from`), on the masks that the first one predicts for its training images.
        mask_settings: `tta` and `refine` of these masks, see the stage `Masks`.
        network_options: `--cfg-options` of `'classifier'`, `'segmentor'` and `'second_segmentor'`; `{classifier}` in a
            text stands for its checkpoint.

    Returns:
        The settings of 6 to 13 stages.

    Raises:
        InputError: `network_options` names another network, or a test with a local refinement has no masks.
    """
    trained = trainings(dict(classifier=classifier, segmentor=segmentor, second_segmentor=second_segmentor),
                        network_options)
    require_masks(masks, crf)
    if not isinstance(mask_settings or {}, Mapping) or set(mask_settings or {}) - {'tta', 'refine'}:
        raise InputError(f'mask_settings={mask_settings!r} must be a dictionary with tta or refine, e.g. '
                         "dict(tta=True, refine=dict(type='DenseCRF')).")
    if mask_settings and not second_segmentor:
        raise InputError(f'mask_settings={dict(mask_settings)} has no effect without second_segmentor. Name its '
                         'config, or remove mask_settings.')
    return [
        classifier_training(trained),
        *cam_files('classifier', images_of='segmentor'),
        dict(type='Cues', name='cues', cams='cams', config='segmentor', settings=dict(cue_settings or {})),
        dict(trained['segmentor'], labels='cues', show=not second_segmentor,
             title='Training from image-level labels and cues'),
        *segmentor_tests('segmentor', crf, masks),
        *(_second_step(trained['second_segmentor'], mask_settings or {}, crf, masks)
          if second_segmentor else []),
        REPORT]


def _second_step(training: dict[str, Any], mask_settings: Mapping[str, Any], crf: bool | Mapping[str, Any],
                 masks: bool) -> list[dict[str, Any]]:
    """The first segmentor's masks, and a plain segmentor that goes on from its weights."""
    return [
        dict(type='Masks', name='masks', network='segmentor', images_of='second_segmentor', **mask_settings),
        *label_quality('mask_quality', 'masks', 'classifier', masks, 'Masks'),
        dict(training, labels='masks', options={'load_from': '{segmentor}', **training['options']},
             title='Training on from the first segmentor, with its masks'),
        *segmentor_tests('second_segmentor', crf, masks, prefix='second_', bars='Second segmentor')]
