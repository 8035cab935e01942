"""What several recipes share: a refiner that is trained on confident labels, and a segmentor."""
from collections.abc import Mapping, Sequence
from typing import Any

from mmwsss.utils.errors import InputError


def boundary_refinement(networks: Mapping[str, str | None],
                        labels: str,
                        label_thr: Sequence[float] | str,
                        pseudo_label_thr: float | str,
                        pseudo_label_crf: bool | Mapping[str, Any],
                        crf: bool | Mapping[str, Any],
                        network_options: Mapping[str, Mapping[str, Any]] | None,
                        masks: bool = True,
                        made_by: Sequence[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Classifier, CAMs, confident labels, refiner, random walk, pseudo labels, segmentor, test, report.

    Args:
        networks: names and configs of classifier, refiner and segmentor, in this order; without the config of a
            segmentor it ends with the pseudo labels.
        labels: name of the stage that writes the confident labels, without its ending `s`.
        label_thr: (foreground, background), or `'auto'`: the label-free threshold of the CAMs plus and minus 0.15.
        pseudo_label_thr: a number, `'best'` (of the masks of the refiner's test list) or `'auto'` (label-free).
        pseudo_label_crf: `True`, or settings of a DenseCRF that refines the pseudo labels.
        crf: test the segmentor once more, with a DenseCRF; `True`, or the config of a local refinement.
        network_options: `--cfg-options` by network; `{classifier}` in a text stands for its checkpoint.
        masks: whether the test lists have masks; without, stages that measure against them are left out.
        made_by: stages that make the classifier, the last one under its name, in place of its training.

    Raises:
        InputError: a name in `network_options` or a setting does not fit.
    """
    options = network_options or {}
    own = {name: dict(type='Training', name=name, config=config, options=dict(options.get(name, {})))
           for name, config in networks.items() if config}
    strangers = sorted(set(options) - set(own))
    if strangers:
        raise InputError(f'network_options names {", ".join(strangers)}, but the networks are {", ".join(own)}. '
                         'Correct the name.')
    if not masks and (pseudo_label_thr == 'best' or crf):
        raise InputError(f'masks=False, but pseudo_label_thr={pseudo_label_thr!r} and crf={crf!r}: the best threshold '
                         "and the test of a segmentor need masks. Set pseudo_label_thr='auto' and crf=False.")
    classifier, refiner, segmentor = networks
    measured = pseudo_label_thr in ('best', 'auto')
    stages: list[dict[str, Any]] = [
        *(made_by or [dict(own[classifier], show=False, title='Training from image-level labels')]),
        dict(type='CAMFiles', name='cams', network=classifier, images_of=refiner),
        dict(type='CAMCurve', name='cam_quality', cams='cams', config=classifier),
        dict(type='AffinityLabels', name=f'{labels}s', cams='cams', config=refiner,
             thresholds='cam_quality' if label_thr == 'auto' else label_thr),
        *_if(masks, dict(type='LabelQuality', name=f'{labels}_quality', labels=f'{labels}s', config=refiner)),
        dict(own[refiner], labels=f'{labels}s', title='Training from confident labels'),
        dict(type='RefinerCurve', name='walk', network=refiner, cams='cams'),
        dict(type='PseudoLabels', name='pseudo_labels', network=refiner, cams='cams',
             threshold=f'walk.{pseudo_label_thr}_thr' if measured else pseudo_label_thr,
             images_of=segmentor if segmentor in own else refiner, refine=_crf(pseudo_label_crf)),
        *_if(masks, dict(type='LabelQuality', name='pseudo_label_quality', labels='pseudo_labels', config=refiner,
                         bars='Pseudo labels'))]
    if segmentor in own:
        stages += [
            dict(own[segmentor], labels='pseudo_labels', title='Training from pseudo labels'),
            *_if(masks, dict(type='Evaluation', name='evaluation', network=segmentor, bars='Segmentor'))]
        if crf:
            stages.append(dict(type='Evaluation', name='crf', network=segmentor, refine=crf, bars='Segmentor, CRF',
                               title='The network on its test list, with a DenseCRF'))
    return [*stages, dict(type='Report', name='report')]


def _if(wanted: bool, stage: dict[str, Any]) -> list[dict[str, Any]]:
    """A stage, or none."""
    return [stage] if wanted else []


def _crf(settings: bool | Mapping[str, Any]) -> dict[str, Any] | None:
    """The local refinement that `pseudo_label_crf` stands for."""
    if not isinstance(settings, bool | Mapping):
        raise InputError(f'pseudo_label_crf={settings!r} must be True, False, or a dictionary of settings.')
    if settings is False:
        return None
    return dict(type='DenseCRF', **({} if settings is True else settings))
