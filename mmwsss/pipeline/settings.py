"""What a pipeline's config may say."""
import inspect
import re
from collections.abc import Mapping
from numbers import Real
from typing import Any

from mmwsss.engine.options import option_text
from mmwsss.pseudo_labels import dense_crf_labels
from mmwsss.utils.errors import InputError

NETWORKS = ('classifier', 'irnet', 'segmentor')  # in the order of their training
DEFAULTS = dict(ir_label_thr=(0.30, 0.05), pseudo_label_thr=0.25, pseudo_label_crf=False, crf=False, network_options={})
CRF_SETTINGS = tuple(inspect.signature(dense_crf_labels).parameters)[3:]  # behind image, labels, num_labels


def check_settings(settings: Mapping[str, Any], path: str) -> dict[str, Any]:
    """A pipeline's settings with the defaults of those that are not given.

    Args:
        settings: of the config, see :func:`~mmwsss.pipeline.plan.read_plan`.
        path: of the config, for messages.

    Raises:
        InputError: a setting is unknown, missing, or of a value that no stage could use.
    """
    known = {*NETWORKS, *DEFAULTS}
    unknown, missing = sorted(set(settings) - known), sorted(set(NETWORKS[:2]) - set(settings))
    if unknown or missing:
        raise InputError(f'{path}: unknown settings {unknown}, missing {missing}. A pipeline has '
                         f'{", ".join(sorted(known))}.')
    settings = {**DEFAULTS, **settings}
    for name in NETWORKS:
        if name in settings and not isinstance(settings[name], str):
            raise _wrong(path, name, settings[name], 'the path of a config')
    _check_thresholds(settings, path)
    refine = settings['pseudo_label_crf']
    if not isinstance(refine, bool) and not (isinstance(refine, Mapping) and set(refine) <= set(CRF_SETTINGS)):
        raise _wrong(path, 'pseudo_label_crf', refine, f'True, False or a dict of {", ".join(CRF_SETTINGS)}')
    if not isinstance(settings['crf'], bool):
        raise _wrong(path, 'crf', settings['crf'], 'True or False')
    _check_options(settings, path)
    return settings


def fill_places(value: Any, places: Mapping[str, str]) -> Any:
    """A value in which `{network}` is replaced by that network's checkpoint.

    Args:
        value: of an option; only strings are changed.
        places: network -> path.
    """
    if isinstance(value, str):
        for name, place in places.items():
            value = value.replace(f'{{{name}}}', place)
    return value


def _check_thresholds(settings: Mapping[str, Any], path: str) -> None:
    pair = settings['ir_label_thr']
    fits = isinstance(pair, list | tuple) and len(pair) == 2 and all(map(_is_number, pair))
    if pair != 'auto' and not (fits and 0 <= pair[1] <= pair[0] < 1):
        raise _wrong(path, 'ir_label_thr', pair, "'auto' or (foreground, background) with 0 <= background <= "
                     'foreground < 1')
    threshold = settings['pseudo_label_thr']
    if threshold not in ('best', 'auto') and not (_is_number(threshold) and 0 <= threshold < 1):
        raise _wrong(path, 'pseudo_label_thr', threshold, "'best', 'auto' or a number from 0 to below 1")


def _check_options(settings: Mapping[str, Any], path: str) -> None:
    options = settings['network_options']
    networks = [name for name in NETWORKS if name in settings]
    if not isinstance(options, Mapping) or not all(isinstance(own, Mapping) for own in options.values()):
        raise _wrong(path, 'network_options', options, 'a dict of dicts, e.g. '
                     "{'irnet': {'train_dataloader.batch_size': 16}}")
    strangers = sorted(set(options) - set(networks))
    if strangers:
        raise InputError(f'{path}: network_options names {", ".join(map(str, strangers))}, but the networks are '
                         f'{", ".join(networks)}. Correct the name.')
    for network, own in options.items():
        earlier = networks[:networks.index(network)]
        for key, value in own.items():
            option_text(value)
            later = [name for name in re.findall(r'{(\w+)}', str(value)) if name in NETWORKS and name not in earlier]
            if later:
                raise InputError(f'{path}: {key} of {network} names the checkpoint of {later[0]}, which is not trained '
                                 f'before it. Name one of {", ".join(earlier) or "no network"}.')


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _wrong(path: str, name: str, value: Any, wanted: str) -> InputError:
    return InputError(f'{path}: {name}={value!r} does not fit. Give {wanted}.')
