"""Parts of the lists of stages that several recipes share."""
from collections.abc import Mapping, Sequence
from typing import Any

from mmwsss.pipeline.refinement import refinement_name
from mmwsss.utils.errors import InputError

Settings = dict[str, Any]
REPORT: Settings = dict(type='Report', name='report')


def trainings(networks: Mapping[str, str | None],
              network_options: Mapping[str, Mapping[str, Any]] | None) -> dict[str, Settings]:
    """The trainings of the networks.

    Args:
        networks: names and configs; without a config there is no training.
        network_options: `--cfg-options` by network.

    Raises:
        InputError: `network_options` names another network.
    """
    options = network_options or {}
    configs = {name: config for name, config in networks.items() if config}
    strangers = sorted(set(options) - set(configs))
    if strangers:
        raise InputError(f'network_options names {", ".join(strangers)}. Known networks: {", ".join(configs)}. Correct '
                         'the name.')
    return {name: dict(type='Training', name=name, config=config, options=dict(options.get(name, {})))
            for name, config in configs.items()}


def classifier_training(trained: Mapping[str, Settings]) -> Settings:
    """The training of the classifier that the CAMs come from."""
    return dict(trained['classifier'], show=False, title='Training from image-level labels')


def require_masks(masks: bool, crf: bool | Mapping[str, Any], pseudo_label_thr: float | str | None = None) -> None:
    """Check that nothing is asked for that needs the masks of the test lists, if there are none.

    Raises:
        InputError: the best threshold, or a test of the segmentor.
    """
    if not masks and (crf or pseudo_label_thr == 'best'):
        given = f'pseudo_label_thr={pseudo_label_thr!r} and ' if pseudo_label_thr is not None else ''
        remedy = "pseudo_label_thr='auto' and " if pseudo_label_thr is not None else ''
        raise InputError(f'masks=False, but {given}crf={crf!r}: the best threshold and the test of a segmentor need '
                         f'masks. Set {remedy}crf=False.')


def cam_files(network: str, images_of: str | None = None, prefix: str = '') -> list[Settings]:
    """The CAM files of a network, and their curve.

    Args:
        network: stage that makes the network.
        images_of: network whose training list names the images; by default the network itself.
        prefix: of the names of the stages.
    """
    images = dict(images_of=images_of) if images_of else {}
    return [dict(type='CAMFiles', name=f'{prefix}cams', network=network, **images),
            dict(type='CAMCurve', name=f'{prefix}cam_quality', cams=f'{prefix}cams', config=network)]


def confident_labels(name: str, reader: str, thresholds: Sequence[float] | str, prefix: str = '') -> Settings:
    """The confident pixels of CAM files; `'auto'` stands for thresholds around the label-free one of their curve."""
    return dict(type='AffinityLabels', name=name, cams=f'{prefix}cams', config=reader,
                thresholds=f'{prefix}cam_quality' if thresholds == 'auto' else thresholds)


def label_quality(name: str, labels: str, config: str, masks: bool, bars: str | None = None) -> list[Settings]:
    """Label maps against masks, if there are any."""
    return [dict(type='LabelQuality', name=name, labels=labels, config=config, **dict(bars=bars) if bars else {})
            ] if masks else []


def pseudo_labels(refiner: str, trained: Mapping[str, Settings], threshold: float | str,
                  refinement: bool | Mapping[str, Any], masks: bool) -> list[Settings]:
    """The curve of refined CAMs, the pseudo labels of the segmentor's images, and their quality.

    Args:
        refiner: stage that trains the refiner.
        trained: from :func:`trainings`; without a segmentor, labels are of the refiner's images.
        threshold: a number, or `'best'` or `'auto'` of the curve.
        refinement: of the labels, see :func:`local_refinement`.
        masks: whether the test list of the refiner has masks.
    """
    measured = threshold in ('best', 'auto')
    return [dict(type='RefinerCurve', name='walk', network=refiner, cams='cams'),
            dict(type='PseudoLabels', name='pseudo_labels', network=refiner, cams='cams',
                 threshold=f'walk.{threshold}_thr' if measured else threshold,
                 images_of='segmentor' if 'segmentor' in trained else refiner,
                 refine=local_refinement(refinement, 'pseudo_label_crf')),
            *label_quality('pseudo_label_quality', 'pseudo_labels', refiner, masks, 'Pseudo labels')]


def refined_by_boundaries(labels: str, refiner: str, label_thr: Sequence[float] | str,
                          trained: Mapping[str, Settings], pseudo_label_thr: float | str,
                          pseudo_label_crf: bool | Mapping[str, Any], masks: bool) -> list[Settings]:
    """Confident labels, a refiner that learns from them, and its pseudo labels.

    Args:
        labels: name of the confident labels, without its ending `s`.
        refiner: its name in `trained`.
        label_thr: see :func:`confident_labels`.
        trained, pseudo_label_thr, pseudo_label_crf, masks: see :func:`pseudo_labels`.
    """
    return [confident_labels(f'{labels}s', refiner, label_thr),
            *label_quality(f'{labels}_quality', f'{labels}s', refiner, masks),
            dict(trained[refiner], labels=f'{labels}s', title='Training from confident labels'),
            *pseudo_labels(refiner, trained, pseudo_label_thr, pseudo_label_crf, masks)]


def segmentor_of_labels(trained: Mapping[str, Settings], crf: bool | Mapping[str, Any], masks: bool = True,
                        title: str = 'Training from pseudo labels') -> list[Settings]:
    """A segmentor that learns from the pseudo labels, and its tests; nothing without a segmentor."""
    if 'segmentor' not in trained:
        return []
    return [dict(trained['segmentor'], labels='pseudo_labels', title=title), *segmentor_tests('segmentor', crf, masks)]


def segmentor_tests(network: str, crf: bool | Mapping[str, Any], masks: bool = True, prefix: str = '',
                    bars: str = 'Segmentor') -> list[Settings]:
    """The tests of a segmentor: plain, and with a local refinement if that is asked for.

    Args:
        network: stage that trains it.
        crf: `True` for a DenseCRF, or the config of a local refinement.
        masks: whether its test list has masks; without, there is no test.
        prefix: of the names of the stages.
        bars: what is tested, in tables and charts.
    """
    refined = dict(type='Evaluation', name=f'{prefix}crf', network=network, refine=crf,
                   bars=f'{bars}, {refinement_name(crf)}',
                   title=f'The network on its test list, refined by {refinement_name(crf)}') if crf else None
    plain: Settings = dict(type='Evaluation', name=f'{prefix}evaluation', network=network, bars=bars)
    return [plain, *([refined] if refined else [])] if masks else []


def local_refinement(settings: bool | Mapping[str, Any], name: str) -> Settings | None:
    """The local refinement that a setting of a recipe stands for.

    Args:
        settings: `False` for none, `True` for a DenseCRF, changed settings of a DenseCRF, or the config of a local
            refinement.
        name: of the setting, for messages.

    Raises:
        InputError: it is none of these.
    """
    if not isinstance(settings, bool | Mapping):
        raise InputError(f'{name}={settings!r} must be True, False, or a dictionary of settings, e.g. '
                         "dict(type='PAMR').")
    changed = settings if isinstance(settings, Mapping) else {}
    return None if settings is False else {'type': 'DenseCRF', **changed}
