"""Normalising a loss over the whole batch of all processes."""
from mmengine.dist import all_reduce, get_world_size
from torch import Tensor


def over_ranks(counts: Tensor) -> tuple[Tensor, int]:
    """Sum counts over all ranks; also return the number of ranks.

    Set a rank's loss to `ranks * (its own sum) / (the sum of counts)`. Distributed training averages gradients over
    ranks, and this average then equals the gradient of one process with the whole batch.

    Args:
        counts: counts of this rank, any shape; not changed.
    """
    counts = counts.clone()
    all_reduce(counts)
    return counts, get_world_size()
