"""The label maps that a network learns from."""
from collections.abc import Sequence

from mmseg.structures import SegDataSample

from mmwsss.utils.errors import InputError


def require_label_maps(data_samples: Sequence[SegDataSample]) -> None:
    """Check that samples have label maps.

    Args:
        data_samples: of the training.

    Raises:
        InputError: a sample has no `gt_sem_seg`.
    """
    for sample in data_samples:
        if 'gt_sem_seg' not in sample:
            raise InputError(f"{sample.metainfo.get('img_path', 'a sample')} has no label map. Set "
                             'train_dataloader.dataset.seg_map_dir to the labels of tools/make_ir_labels.py, and put '
                             'LoadMask into its pipeline.')
