"""From image-level labels to a segmentor, by LPCAM and IRNet.

Chen, Sun: Extracting Class Activation Maps from Non-Discriminative Features as well (LPCAM), CVPR 2023.
"""
from collections.abc import Mapping, Sequence
from typing import Any

from mmwsss.registry import RECIPES
from mmwsss.utils.errors import InputError

from .boundary_refinement import boundary_refinement


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
        pseudo_label_crf: `True`, or settings of a DenseCRF that refines the pseudo labels.
        crf: test the segmentor once more, with a DenseCRF; `True`, or the config of a local refinement.
        masks: whether the test lists have masks; without, stages that measure against them are left out.
        network_options: `--cfg-options` of `classifier`, `irnet` and `segmentor`; `{classifier}` in a text stands for
            its checkpoint.

    Returns:
        The settings of 11 to 14 stages; without masks, of 9 or 10.

    Raises:
        InputError: a name in `network_options` or a setting does not fit.
    """
    options = dict(network_options or {})
    networks = ['classifier', 'irnet', *(['segmentor'] if segmentor else [])]
    strangers = sorted(set(options) - set(networks))
    if strangers:
        raise InputError(f'network_options names {", ".join(strangers)}, but the networks are {", ".join(networks)}. '
                         'Correct the name.')
    first: list[dict[str, Any]] = [
        dict(type='Training', name='classifier', config=classifier, options=dict(options.pop('classifier', {})),
             show=False, title='Training from image-level labels'),
        dict(type='Prototypes', name='lpcam', network='classifier', config=lpcam, **prototypes or {})]
    return boundary_refinement(dict(lpcam=lpcam, irnet=irnet, segmentor=segmentor), 'ir_label', ir_label_thr,
                               pseudo_label_thr, pseudo_label_crf, crf, options, masks, made_by=first)
