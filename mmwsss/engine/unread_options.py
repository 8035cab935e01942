"""Options of `--cfg-options` that nobody reads."""
import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from mmwsss.utils.errors import InputError

# What MMEngine's Runner reads from a config; a test compares them with its parameters.
OF_RUNNER = {
    'model', 'work_dir', 'train_dataloader', 'val_dataloader', 'test_dataloader', 'train_cfg', 'val_cfg', 'test_cfg',
    'auto_scale_lr', 'optim_wrapper', 'param_scheduler', 'val_evaluator', 'test_evaluator', 'default_hooks',
    'custom_hooks', 'data_preprocessor', 'load_from', 'resume', 'launcher', 'env_cfg', 'log_processor', 'log_level',
    'visualizer', 'default_scope', 'randomness', 'experiment_name', 'cfg'}
# What Runner reads from `cfg` later, and what our tools read. A tool with a new key of its own adds it here; a test
# compares them with the code.
OF_TOOLS = {
    'runner_type', 'model_wrapper_cfg', 'find_unused_parameters', 'sync_bn', 'custom_imports', 'tta_model',
    'tta_pipeline', 'ir_label_refinement', 'ir_label_max_size', 'affinity_score_refinement', 'cam_dir', 'cues'}
SIMILAR = 0.85  # of names that are probably meant


def check_options(cfg: Mapping[str, Any], options: Mapping[str, Any], path: str) -> list[str]:
    """Find options without effect on a network's config.

    Args:
        cfg: before the options are applied; a config without a model (of a pipeline) is checked elsewhere.
        options: from `--cfg-options`, dotted keys.
        path: of the config, for messages.

    Returns:
        Remarks on options that probably have no effect.

    Raises:
        InputError: an option is not in the config, and nothing would read it; the message has near names.
    """
    if 'model' not in cfg:
        return []
    remarks = []
    for key in options:
        first, *others = key.split('.')
        if first in OF_RUNNER | OF_TOOLS:
            sibling = _near_sibling(cfg, key) if others else ''
            if sibling:
                remarks.append(f'note: --cfg-options {key} is not in {path}, but {sibling} is. Misspelt options have '
                               'no effect.')
            continue
        near = _near_names(cfg, key)
        hint = f' Perhaps you mean {" or ".join(near)}.' if near else ''
        if first not in cfg:
            raise InputError(f'--cfg-options {key} has no effect: {first} is not in {path}, and nothing reads it.'
                             f'{hint}')
        remarks.append(f'note: --cfg-options {key} probably has no effect: {first} is a variable of {path}, which was '
                       f'used when it was read.{hint}')
    return remarks


def _near_sibling(cfg: Any, key: str) -> str:
    """The full key of a setting beside a new one, with nearly its name; empty without."""
    *parents, last = key.split('.')
    for parent in parents:
        if isinstance(cfg, list | tuple) and parent.isdecimal() and int(parent) < len(cfg):
            cfg = cfg[int(parent)]
        elif isinstance(cfg, Mapping) and parent in cfg:
            cfg = cfg[parent]
        else:
            return ''
    if not isinstance(cfg, Mapping) or last in cfg:
        return ''
    near = difflib.get_close_matches(last, map(str, cfg), 1, SIMILAR)
    return '.'.join([*parents, near[0]]) if near else ''


def _near_names(cfg: Mapping[str, Any], key: str, most: int = 4) -> list[str]:
    """Full keys of settings that are read, with the same last part or nearly the same."""
    last = key.split('.')[-1]
    places = [place for name, part in cfg.items() if name in OF_RUNNER | OF_TOOLS for place in _places(part, name)]
    names = {place.split('.')[-1] for place in places}
    near = [last] if last in names else difflib.get_close_matches(last, names, 2, SIMILAR)
    return [place for place in places if place.split('.')[-1] in near][:most]


def _places(part: Any, place: str) -> Iterator[str]:
    """The dotted keys of a setting and of all below it."""
    yield place
    pairs = part.items() if isinstance(part, Mapping) else enumerate(part) if isinstance(part, list | tuple) else ()
    for name, value in pairs:
        yield from _places(value, f'{place}.{name}')
