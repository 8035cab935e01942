"""From image-level labels to a segmentor, by AMN and IRNet.

Lee, Kim, Shim: Threshold Matters in WSSS: Manipulating the Activation for the Robust and Accurate Segmentation Model
Against Thresholds (AMN), CVPR 2022.
"""
from collections.abc import Mapping, Sequence
from typing import Any

from mmwsss.registry import RECIPES
from mmwsss.utils.errors import InputError

from .boundary_refinement import boundary_refinement


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
        pseudo_label_crf: `True`, or settings of a DenseCRF that refines the pseudo labels.
        crf: test the segmentor once more, with a DenseCRF; `True`, or the config of a local refinement.
        masks: whether the test lists have masks; without, stages that measure against them are left out.
        network_options: `--cfg-options` by network; `{classifier}` in a text stands for its checkpoint.

    Returns:
        The settings of 14 to 17 stages; without masks, of 12 or 13.

    Raises:
        InputError: a name in `network_options` or a setting does not fit.
    """
    options = dict(network_options or {})
    networks = dict(classifier=classifier, amn=amn, irnet=irnet, **dict(segmentor=segmentor) if segmentor else {})
    strangers = sorted(set(options) - set(networks))
    if strangers:
        raise InputError(f'network_options names {", ".join(strangers)}, but the networks are {", ".join(networks)}. '
                         'Correct the name.')
    first: list[dict[str, Any]] = [
        dict(type='Training', name='classifier', config=classifier, options=dict(options.pop('classifier', {})),
             show=False, title='Training from image-level labels'),
        dict(type='CAMFiles', name='seed_cams', network='classifier', images_of='amn'),
        dict(type='CAMCurve', name='seed_cam_quality', cams='seed_cams', config='classifier'),
        dict(type='AffinityLabels', name='seed_labels', cams='seed_cams', config='amn',
             thresholds='seed_cam_quality' if seed_label_thr == 'auto' else seed_label_thr),
        dict(type='Training', name='amn', config=amn, labels='seed_labels', options=dict(options.get('amn', {})),
             show=False, title='Training from seed labels and image-level labels')]
    return boundary_refinement(dict(amn=amn, irnet=irnet, segmentor=segmentor), 'ir_label', ir_label_thr,
                               pseudo_label_thr, pseudo_label_crf, crf, options, masks, made_by=first)
