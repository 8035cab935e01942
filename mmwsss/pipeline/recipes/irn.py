"""From image-level labels to a segmentor, by IRNet.

Ahn, Cho, Kwak: Weakly Supervised Learning of Instance Segmentation with Inter-pixel Relations (IRN), CVPR 2019, as the
visual words' paper (Ru, Du, Wu, IJCAI 2021) uses it.
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
def irn(classifier: str,
        irnet: str,
        segmentor: str | None = None,
        ir_label_thr: Sequence[float] | str = (0.30, 0.05),
        pseudo_label_thr: float | str = 0.25,
        pseudo_label_crf: bool | Mapping[str, Any] = False,
        crf: bool | Mapping[str, Any] = False,
        masks: bool = True,
        network_options: Mapping[str, Mapping[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Classifier, CAMs, IR labels, IRNet, random walk, pseudo labels, segmentor, test, report.

    Args:
        classifier, irnet, segmentor: configs of the networks; without a segmentor it ends with the pseudo labels.
        ir_label_thr: (foreground, background), or `'auto'`: the label-free threshold of the CAMs plus and minus 0.15.
        pseudo_label_thr: a number, `'best'` (of the masks of IRNet's test list) or `'auto'` (label-free).
        pseudo_label_crf: local refinement of the pseudo labels: `True` or settings of a DenseCRF, or the config of
            another, e.g. `dict(type='PAMR')`.
        crf: test the segmentor once more, with a local refinement: `True` for a DenseCRF, or its config.
        masks: whether the test lists have masks; without, stages that measure against them are left out.
        network_options: `--cfg-options` by network; `{classifier}` in a text stands for its checkpoint.

    Returns:
        The settings of 10 to 13 stages; without masks, of 8 or 9.
    """
    require_masks(masks, crf, pseudo_label_thr)
    trained = trainings(dict(classifier=classifier, irnet=irnet, segmentor=segmentor), network_options)
    return [
        classifier_training(trained),
        *cam_files('classifier', images_of='irnet'),
        *refined_by_boundaries('ir_label', 'irnet', ir_label_thr, trained, pseudo_label_thr, pseudo_label_crf, masks),
        *segmentor_of_labels(trained, crf, masks),
        REPORT]
