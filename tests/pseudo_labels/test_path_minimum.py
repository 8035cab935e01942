import pytest
import torch

from mmwsss.pseudo_labels import path_index
from mmwsss.pseudo_labels.path_minimum import path_minimum


@pytest.mark.parametrize(('radius', 'size'), [(2, (2, 3)), (3, (3, 5)), (4, (9, 8)), (5, (7, 12)), (10, (12, 20))])
@pytest.mark.parametrize('dtype', [torch.float32, torch.int32])
def test_every_pair_against_its_path(radius, size, dtype):
    maps = (1000 * torch.randn(2, *size)).to(dtype)
    height, width = size[0] - radius + 1, size[1] - 2 * radius + 2
    found = {}
    for dy, dx, smallest in path_minimum(maps, radius):
        found.update({(dy, dx + step): pair for step, pair in enumerate(smallest)})
    assert len(found) == len(path_index(radius))
    for destination, path in path_index(radius):
        windows = [maps[:, y:y + height, radius - 1 + x:radius - 1 + x + width] for y, x in path]
        assert torch.equal(found[tuple(destination.tolist())], torch.stack(windows).amin(0)), destination


def test_maps_that_are_no_block_of_memory():
    maps = torch.randn(12, 3, 20).transpose(0, 1)
    for (*place, smallest), (*same, other) in zip(path_minimum(maps, 4), path_minimum(maps.clone(), 4), strict=True):
        assert place == same and torch.equal(smallest, other)
