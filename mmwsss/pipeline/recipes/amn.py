"""From image-level labels to a segmentor, by AMN and IRNet.

Lee, Kim, Shim: Threshold Matters in WSSS: Manipulating the Activation for the Robust and Accurate Segmentation Model
Against Thresholds (AMN), CVPR 2022.
"""
from collections.abc import Mapping, Sequence
from typing import Any

from mmwsss.registry import RECIPES

from .parts import (
    REPORT,
    cam_files,
    classifier_training,
    confident_labels,
    refined_by_boundaries,
    require_masks,
    segmentor_of_labels,
    trainings,
)


@RECIPES.register_module()
def amn(classifier: str,
        amn: str,
        irnet: str,
        segmentor: str | None = None,
        seed_label_thr: Sequence[float] | str = (0.30, 0.05),
        ir_label_thr: Sequence[float] | str = (0.45, 0.15),
        pseudo_label_thr: float | str = 0.25,
        pseudo_label_crf: bool | Mapping[str, Any] = False,
        crf: bool | Mapping[str, Any] = False,
        masks: bool = True,
        network_options: Mapping[str, Mapping[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Classifier, CAMs, seed labels, AMN, its CAMs, IR labels, IRNet, random walk, pseudo labels, segmentor, report.

    Args:
        classifier, amn, irnet, segmentor: configs of the networks; without a segmentor it ends with the pseudo labels.
        seed_label_thr: (foreground, background) of the labels that AMN learns from, or `'auto'`: the label-free
            threshold of the classifier's CAMs plus and minus 0.15.
        ir_label_thr: the same of the labels that IRNet learns from, made of AMN's maps.
        pseudo_label_thr: a number, `'best'` (of the masks of IRNet's test list) or `'auto'` (label-free).
        pseudo_label_crf: local refinement of the pseudo labels: `True` or settings of a DenseCRF, or the config of
            another, e.g. `dict(type='PAMR')`.
        crf: test the segmentor once more, with a local refinement: `True` for a DenseCRF, or its config.
        masks: whether the test lists have masks; without, stages that measure against them are left out.
        network_options: `--cfg-options` by network; `{classifier}` in a text stands for its checkpoint.

    Returns:
        The settings of 14 to 17 stages; without masks, of 12 or 13.

    Raises:
        InputError: a name in `network_options` or a setting does not fit.
    """
    require_masks(masks, crf, pseudo_label_thr)
    trained = trainings(dict(classifier=classifier, amn=amn, irnet=irnet, segmentor=segmentor), network_options)
    return [
        classifier_training(trained),
        *cam_files('classifier', images_of='amn', prefix='seed_'),
        confident_labels('seed_labels', 'amn', seed_label_thr, prefix='seed_'),
        dict(trained['amn'], labels='seed_labels', show=False,
             title='Training from seed labels and image-level labels'),
        *cam_files('amn', images_of='irnet'),
        *refined_by_boundaries('ir_label', 'irnet', ir_label_thr, trained, pseudo_label_thr, pseudo_label_crf, masks),
        *segmentor_of_labels(trained, crf, masks),
        REPORT]
