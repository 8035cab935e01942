"""From image-level labels to a segmentor, by LPCAM and IRNet.

Chen, Sun: Extracting Class Activation Maps from Non-Discriminative Features as well (LPCAM), CVPR 2023.
"""
from collections.abc import Mapping, Sequence
from typing import Any

from mmwsss.registry import RECIPES

from .parts import (
    REPORT,
    cam_files,
    classifier_training,
    refined_by_boundaries,
    require_masks,
    segmentor_of_labels,
    trainings,
)


@RECIPES.register_module()
def lpcam(classifier: str,
          lpcam: str,
          irnet: str,
          segmentor: str | None = None,
          prototypes: Mapping[str, Any] | None = None,
          ir_label_thr: Sequence[float] | str = (0.45, 0.25),
          pseudo_label_thr: float | str = 0.35,
          pseudo_label_crf: bool | Mapping[str, Any] = False,
          crf: bool | Mapping[str, Any] = False,
          masks: bool = True,
          network_options: Mapping[str, Mapping[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Classifier, prototypes, CAMs, IR labels, IRNet, random walk, pseudo labels, segmentor, test, report.

    Args:
        classifier, lpcam, irnet, segmentor: configs of the networks; that of `lpcam` has an `LPCAMHead` on the
            classifier. Without a segmentor it ends with the pseudo labels.
        prototypes: settings of the stage `Prototypes`, e.g. `dict(pixels=50)`.
        ir_label_thr: (foreground, background), or `'auto'`: the label-free threshold of the CAMs plus and minus 0.15.
        pseudo_label_thr: a number, `'best'` (of the masks of IRNet's test list) or `'auto'` (label-free).
        pseudo_label_crf: local refinement of the pseudo labels: `True` or settings of a DenseCRF, or the config of
            another, e.g. `dict(type='PAMR')`.
        crf: test the segmentor once more, with a local refinement: `True` for a DenseCRF, or its config.
        masks: whether the test lists have masks; without, stages that measure against them are left out.
        network_options: `--cfg-options` of `classifier`, `irnet` and `segmentor`; `{classifier}` in a text stands for
            its checkpoint.

    Returns:
        The settings of 11 to 14 stages; without masks, of 9 or 10.

    Raises:
        InputError: a name in `network_options` or a setting does not fit.
    """
    require_masks(masks, crf, pseudo_label_thr)
    trained = trainings(dict(classifier=classifier, irnet=irnet, segmentor=segmentor), network_options)
    return [
        classifier_training(trained),
        dict(type='Prototypes', name='lpcam', network='classifier', config=lpcam, **prototypes or {}),
        *cam_files('lpcam', images_of='irnet'),
        *refined_by_boundaries('ir_label', 'irnet', ir_label_thr, trained, pseudo_label_thr, pseudo_label_crf, masks),
        *segmentor_of_labels(trained, crf, masks),
        REPORT]
