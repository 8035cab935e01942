"""Normalisers of a whole batch, however many processes share it."""
import torch.distributed as dist
from torch import Tensor


def over_ranks(counts: Tensor) -> tuple[Tensor, int]:
    """The sums of counts over all ranks, and how many ranks there are.

    A rank whose loss is `ranks * (its own sum) / (the sum of counts)` has a part in the whole batch's loss: the mean
    over ranks, which distributed training takes of gradients, is that of one process with the whole batch.

    Args:
        counts: of this rank, any shape; it is not changed.
    """
    if not (dist.is_available() and dist.is_initialized()):
        return counts, 1
    counts = counts.clone()
    dist.all_reduce(counts)
    return counts, dist.get_world_size()
