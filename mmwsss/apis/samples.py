"""What goes into a network and what comes out, for single images."""
import itertools
from collections.abc import Iterable, Iterator, Sequence

import torch
import torch.nn.functional as F
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmwsss.pseudo_labels.large_labels import labels_at
from mmwsss.utils.errors import InputError


def batches_of_equal_size(items: Iterable[dict], batch_size: int) -> Iterator[list[dict]]:
    """Neighbours of equal size, for MMSeg puts no others into one batch.

    Args:
        items: with `inputs` `(3, H, W)`; read no further than to the batch's last.
        batch_size: the most that are put together, at least 1.
    """
    for _, equals in itertools.groupby(items, lambda item: item['inputs'].shape):
        while batch := list(itertools.islice(equals, batch_size)):
            yield batch


def drawn_sample(sample: SegDataSample, size: tuple[int, int]) -> SegDataSample:
    """What is drawn of a sample, on the CPU: its labels at a size `(H, W)`, and its CAMs and scores if it has some."""
    labels = sample.pred_sem_seg.data
    if tuple(labels.shape[1:]) != size:
        labels = F.interpolate(labels[None].float(), size=size, mode='nearest-exact')[0].long()
    drawn = SegDataSample(pred_sem_seg=PixelData(data=labels))
    for field in ('cam', 'cam_keys', 'pred_score'):
        if field in sample:
            drawn.set_field(sample.get(field), field)
    return drawn.cpu()


def enlarge(sample: SegDataSample, allowed: Sequence[int] | None = None) -> None:
    """Give a large image its labels at full size; the logits stay at the size that the network saw.

    Args:
        sample: with `seg_logits` `(C, h, w)` and `full_shape`, which becomes `ori_shape`.
        allowed: segmentation classes to choose from; all by default.
    """
    size = sample.full_shape
    if len(sample.seg_logits.data) > 1:
        labels = labels_at(sample.seg_logits.data, size, allowed)[None]
    else:
        labels = F.interpolate(sample.pred_sem_seg.data[None].float(), size=size, mode='nearest-exact')[0].long()
    sample.pred_sem_seg = PixelData(data=labels)
    sample.set_metainfo(dict(ori_shape=size))


def rule_out(sample: SegDataSample, allowed: Sequence[int]) -> None:
    """Assign each pixel the best of the allowed classes.

    Args:
        sample: with `seg_logits` `(C, H, W)`; its `pred_sem_seg` is replaced.
        allowed: segmentation classes.

    Raises:
        InputError: the model has one logit for two classes.
    """
    logits = sample.seg_logits.data
    if len(logits) < 2:
        raise InputError('A segmentor with a single logit cannot use labels. Omit them.')
    others = torch.ones(len(logits), dtype=torch.bool, device=logits.device)
    others[list(allowed)] = False
    sample.pred_sem_seg = PixelData(
        data=logits.masked_fill(others[:, None, None], float('-inf')).argmax(dim=0, keepdim=True))
