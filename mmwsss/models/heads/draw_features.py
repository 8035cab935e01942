"""Drawing feature vectors from a batch that is spread over several processes."""
import torch
from mmengine.dist import all_gather, all_reduce, get_rank
from torch import Tensor


@torch.no_grad()
def draw_features(feat: Tensor, count: int, seed: int) -> Tensor:
    """Draw pixels with replacement from the feature maps of all ranks; each pixel has the same chance.

    All ranks return the same vectors. Images are numbered as MMEngine's samplers deal them out (the first of each
    rank, then the second of each rank, ...), so several ranks draw what one process with the whole batch draws.

    Args:
        feat: `(N, C, H, W)`, this rank's features.
        count: number of vectors.
        seed: of the draw, equal on all ranks.

    Returns:
        `(count, C)` float32, not normalised.
    """
    shape = torch.tensor([len(feat), feat[0, 0].numel()]).to(feat.device)
    sizes = [size.tolist() for size in all_gather(shape)]  # images and pixels of an image, for each rank
    total = sum(images * pixels for images, pixels in sizes)
    index = torch.randint(total, (count, ), generator=torch.Generator().manual_seed(seed))
    drawn = torch.zeros(count, feat.shape[1], device=feat.device)
    start = 0
    for image, rank in sorted((image, rank) for rank, (images, _) in enumerate(sizes) for image in range(images)):
        pixels = sizes[rank][1]
        if rank == get_rank():
            rows = ((index >= start) & (index < start + pixels)).nonzero().flatten()
            columns = (index[rows] - start).to(feat.device)
            drawn[rows.to(feat.device)] = feat[image].flatten(1)[:, columns].t().float()
        start += pixels
    all_reduce(drawn)  # each row was filled by one rank
    return drawn
