"""From image-level labels to a segmentor, by boundary exploration.

Chen, Wu, Fu, Han, Zhang: Weakly Supervised Semantic Segmentation with Boundary Exploration (BES), ECCV 2020.
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
def bes(classifier: str,
        boundary: str,
        segmentor: str | None = None,
        confident_label_thr: Sequence[float] | str = (0.30, 0.07),
        pseudo_label_thr: float | str = 0.25,
        pseudo_label_crf: bool | Mapping[str, Any] = False,
        crf: bool | Mapping[str, Any] = False,
        masks: bool = True,
        network_options: Mapping[str, Mapping[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Classifier, CAMs, confident labels, boundary network, random walk, pseudo labels, segmentor, test, report.

    Args:
        classifier, boundary, segmentor: configs of the networks; without a segmentor it ends with the pseudo labels.
        confident_label_thr: (foreground, background), or `'auto'`: the label-free threshold of the CAMs plus and minus
            0.15.
        pseudo_label_thr: a number, `'best'` (of the masks of the boundary network's test list) or `'auto'`
            (label-free).
        pseudo_label_crf: local refinement of the pseudo labels: `True` or settings of a DenseCRF, or the config of
            another, e.g. `dict(type='PAMR')`.
        crf: test the segmentor once more, with a local refinement: `True` for a DenseCRF, or its config.
        masks: whether the test lists have masks; without, stages that measure against them are left out.
        network_options: `--cfg-options` by network; `{classifier}` in a text stands for its checkpoint.

    Returns:
        The settings of 10 to 13 stages; without masks, of 8 or 9.
    """
    require_masks(masks, crf, pseudo_label_thr)
    trained = trainings(dict(classifier=classifier, boundary=boundary, segmentor=segmentor), network_options)
    return [
        classifier_training(trained),
        *cam_files('classifier', images_of='boundary'),
        *refined_by_boundaries('confident_label', 'boundary', confident_label_thr, trained, pseudo_label_thr,
                               pseudo_label_crf, masks),
        *segmentor_of_labels(trained, crf, masks),
        REPORT]
