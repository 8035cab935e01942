"""Whether a data set has masks."""
from collections.abc import Mapping
from typing import Any


def has_masks(dataset: Mapping[str, Any]) -> bool:
    """Whether the config of a data set names masks.

    A plain `ImageLabelDataset` without a folder of masks has none; every other class may know its own folder.

    Args:
        dataset: the config, with `type`.
    """
    prefix = dataset.get('data_prefix')
    return bool(prefix is None or 'seg_map_path' in prefix or dataset.get('seg_map_dir'))
