"""From image-level labels to a segmentor, by boundary exploration.

Chen, Wu, Fu, Han, Zhang: Weakly Supervised Semantic Segmentation with Boundary Exploration (BES), ECCV 2020.
"""
from collections.abc import Mapping, Sequence
from typing import Any

from mmwsss.registry import RECIPES

from .boundary_refinement import boundary_refinement


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
        pseudo_label_crf: `True`, or settings of a DenseCRF that refines the pseudo labels.
        crf: test the segmentor once more, with a DenseCRF; `True`, or the config of a local refinement.
        masks: whether the test lists have masks; without, stages that measure against them are left out.
        network_options: `--cfg-options` by network; `{classifier}` in a text stands for its checkpoint.

    Returns:
        The settings of 11 to 13 stages; without masks, of 8 or 9.
    """
    return boundary_refinement(dict(classifier=classifier, boundary=boundary, segmentor=segmentor), 'confident_label',
                               confident_label_thr, pseudo_label_thr, pseudo_label_crf, crf, network_options,
                               masks)
