"""Which classes of an image are kept: the labelled or the probable ones."""
from collections.abc import Mapping
from typing import Any

from mmseg.structures import SegDataSample
from torch import Tensor

from mmwsss.models.sample_fields import require_field


def kept_classes(sample: SegDataSample, score: Tensor, cfg: Mapping[str, Any]) -> Tensor:
    """Choose the classes of an image.

    Args:
        sample: with `gt_score` `(L,)` where `cfg` asks for labels.
        score: `(L,)` probabilities.
        cfg: `labels`, `'gt'` or `'pred'`, and `score_thr`.

    Returns:
        `(K,)` int64 image classes, ascending.

    Raises:
        InputError: `labels='gt'`, but the sample has no `gt_score`.
    """
    if cfg['labels'] == 'pred':
        return (score > cfg['score_thr']).nonzero().flatten()
    require_labels(sample)
    return (sample.gt_score.to(score.device) > 0.5).nonzero().flatten()


def require_labels(sample: SegDataSample) -> None:
    """Check that a sample has the labels that `test_cfg.labels='gt'` keeps.

    Raises:
        InputError: it has none.
    """
    require_field([sample], 'gt_score', 'image-level labels that say which classes to keep', "Set the dataset's "
                  "`label_file`, or keep probable classes with model.test_cfg.labels='pred'.")
