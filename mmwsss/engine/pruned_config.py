"""Configs without what a run has no use for: steps that load masks, initial weights."""
from collections.abc import Sequence
from typing import Any

from mmseg.datasets.transforms import LoadAnnotations
from mmseg.registry import TRANSFORMS


def is_step(step: dict, base: type) -> bool:
    """Whether a step of a pipeline, its config, is of a class or of one derived from it."""
    kind = step['type'] if isinstance(step['type'], type) else TRANSFORMS.get(step['type'])
    return isinstance(kind, type) and issubclass(kind, base)


def loads_masks(step: dict) -> bool:
    """Whether a step of a pipeline, its config, loads masks or what stands in their place."""
    return is_step(step, LoadAnnotations)


def without_masks(pipeline: Sequence[dict]) -> list[dict]:
    """Remove the steps that load masks, also from steps that hold others, such as a test-time augmentation.

    Args:
        pipeline: config of a data set's pipeline.

    Returns:
        The other steps; a step that held nothing else is removed.
    """
    kept = []
    for step in pipeline:
        if loads_masks(step):
            continue
        if isinstance(inner := step.get('transforms'), list | tuple):
            groups = [without_masks([part] if isinstance(part, dict) else part) for part in inner]
            left = [group if isinstance(part, list | tuple) else group[0]
                    for group, part in zip(groups, inner, strict=True) if group]
            if not left:
                continue
            step = dict(step, transforms=left)
        kept.append(step)
    return kept


def without_weights(settings: Any) -> Any:
    """Remove the initial weights from a model's config, because a checkpoint replaces them.

    Args:
        settings: config of the model or of a part.

    Returns:
        A copy without the keys `init_cfg`, with lists instead of tuples.
    """
    if isinstance(settings, dict):
        return {key: without_weights(value) for key, value in settings.items() if key != 'init_cfg'}
    return [without_weights(value) for value in settings] if isinstance(settings, list | tuple) else settings
