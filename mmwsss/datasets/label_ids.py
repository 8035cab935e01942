"""The class ids in mask files, which differ from a config's ids if it uses a subset of the classes."""
import numpy as np


def ids_on_disk(dataset_meta: dict) -> np.ndarray:
    """`(C,)` uint8: the id in mask files of each class in the config, the inverse of MMSeg's `label_map`."""
    ids = np.arange(len(dataset_meta['classes']), dtype=np.uint8)
    for original, label in (dataset_meta.get('label_map') or {}).items():
        if label != 255:
            ids[label] = original
    return ids
