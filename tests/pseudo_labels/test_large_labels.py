"""Label maps in stripes against one interpolation of everything."""
import pytest
import torch
import torch.nn.functional as F

from mmwsss.pseudo_labels.large_labels import labels_at


@pytest.mark.parametrize('small, size', [((7, 9), (50, 33)), ((1, 1), (4, 5)), ((8, 8), (8, 8)), ((20, 9), (11, 40))])
@pytest.mark.parametrize('values', [1, 500, 10 ** 6])
def test_stripes_are_the_whole(small, size, values):
    scores = torch.randn(5, *small)
    for classes in (None, [0, 3]):
        chosen = list(range(5)) if classes is None else classes
        whole = F.interpolate(scores[None], size=size, mode='bilinear', align_corners=False)[0]
        best = torch.tensor(chosen)[whole[chosen].argmax(0)]
        found = labels_at(scores, size, classes, values)
        assert found.dtype == torch.int64 and found.shape == size
        assert (found == best).float().mean() > 0.999
