"""The class ids of mask files, which are not a config's where it uses a part of the classes."""
import numpy as np


def ids_on_disk(dataset_meta: dict) -> np.ndarray:
    """`(C,)` uint8: what masks on disk hold for each of the config's classes, the inverse of MMSeg's `label_map`."""
    ids = np.arange(len(dataset_meta['classes']), dtype=np.uint8)
    for original, label in (dataset_meta.get('label_map') or {}).items():
        if label != 255:
            ids[label] = original
    return ids
