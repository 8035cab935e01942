"""What samples must hold for a network to learn from them."""
from collections.abc import Sequence

from mmseg.structures import SegDataSample

from mmwsss.utils.errors import InputError


def require_field(data_samples: Sequence[SegDataSample], field: str, what: str, remedy: str) -> None:
    """Check that samples have a field.

    Args:
        data_samples: of a batch, or of some images.
        field: its name, e.g. `'gt_score'`.
        what: it holds, for the message.
        remedy: what to do if it is missing.

    Raises:
        InputError: a sample does not have it; the message names the image.
    """
    for sample in data_samples:
        if field not in sample:
            raise InputError(f"{sample.metainfo.get('img_path', 'A sample')} has no {what} (`{field}`). {remedy}")


def require_label_maps(data_samples: Sequence[SegDataSample]) -> None:
    """Check that samples have label maps.

    Raises:
        InputError: a sample has no `gt_sem_seg`.
    """
    require_field(data_samples, 'gt_sem_seg', 'label map', 'Set train_dataloader.dataset.seg_map_dir to the labels of '
                  'tools/make_ir_labels.py, and put LoadMask into its pipeline.')
