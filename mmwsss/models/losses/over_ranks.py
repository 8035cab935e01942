"""Normalisers of a whole batch, however many processes share it."""
from mmengine.dist import all_reduce, get_world_size
from torch import Tensor


def over_ranks(counts: Tensor) -> tuple[Tensor, int]:
    """The sums of counts over all ranks, and the number of ranks.

    A rank whose loss is `ranks * (its own sum) / (the sum of counts)` contributes its part of the whole batch's loss:
    distributed training averages gradients over ranks, and this average equals that of one process with the batch.

    Args:
        counts: of this rank, any shape; it is not changed.
    """
    counts = counts.clone()
    all_reduce(counts)
    return counts, get_world_size()
