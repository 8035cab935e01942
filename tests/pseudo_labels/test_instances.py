"""Instances from hand-made fields, and slow loops over pixels as oracles."""
import math

import pytest
import torch
from message_names import message_names

from mmwsss.pseudo_labels import centroid_clusters, instance_map, instance_masks, random_walk, refine_displacement
from mmwsss.utils.errors import InputError

SIZES = [(1, 1), (1, 2), (2, 1), (1, 9), (9, 1), (2, 2), (5, 7)]


def walked_by_loops(field, steps):
    """A slow loop over pixels in Python floats."""
    _, height, width = field.shape
    value = field.tolist()
    arrivals = torch.zeros(2, height, width, dtype=torch.float64)
    for row in range(height):
        for column in range(width):
            y, x = float(row), float(column)
            for _ in range(steps):
                moved = []
                for part in value:
                    total = 0.0
                    for j in {math.floor(y), math.ceil(y)}:
                        for i in {math.floor(x), math.ceil(x)}:
                            total += part[j][i] * (1 - abs(y - j)) * (1 - abs(x - i))
                    moved.append(total)
                y = min(max(y + moved[0], 0.0), height - 1)
                x = min(max(x + moved[1], 0.0), width - 1)
            arrivals[:, row, column] = torch.tensor([y - row, x - column])
    return arrivals


def clusters_by_loops(field, threshold):
    """Regions by flood fill, in scan order."""
    weak = (field[0]**2 + field[1]**2).sqrt() < threshold
    height, width = weak.shape
    numbers = torch.zeros(height, width, dtype=torch.int64)
    for start in weak.nonzero().tolist():
        if numbers[tuple(start)]:
            continue
        number, front = int(numbers.max()) + 1, [start]
        while front:
            y, x = front.pop()
            if 0 <= y < height and 0 <= x < width and weak[y, x] and not numbers[y, x]:
                numbers[y, x] = number
                front += [[y + 1, x], [y - 1, x], [y, x + 1], [y, x - 1]]
    return numbers


def same_partition(one, other):
    """Whether two numberings are equal up to renaming, except for 0."""
    pairs = set(zip(one.flatten().tolist(), other.flatten().tolist(), strict=True))
    return len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs}) and all(
        (a == 0) == (b == 0) for a, b in pairs)


def discs(height=30, width=60, centres=((15, 15), (15, 45)), radius=10):
    """Masks `(n, h, w)` of discs, and the field that points from every pixel to the nearest centre."""
    grid = torch.stack(torch.meshgrid(torch.arange(height), torch.arange(width), indexing='ij')).float()
    ways = torch.tensor(centres).float()[:, :, None, None] - grid
    far = ways.norm(dim=1)
    nearest = far.argmin(dim=0)
    return far < radius, torch.where(nearest == 0, ways[0], ways[-1])


@pytest.mark.parametrize('size', [*SIZES, (12, 10)])
@pytest.mark.parametrize('steps', [0, 1, 3])
def test_refinement_oracle(size, steps):
    field = torch.randn(2, *size)
    refined = refine_displacement(field, steps)
    assert refined.dtype == torch.float32
    assert (refined.double() - walked_by_loops(field, steps)).abs().max() < 1e-4


def test_long_refinement_oracle():
    """A field towards the middle, because pure noise would amplify rounding errors."""
    field = discs(12, 15, [(5, 9)])[1] * 0.3 + 0.2 * torch.randn(2, 12, 15)
    assert (refine_displacement(field, 40).double() - walked_by_loops(field, 40)).abs().max() < 1e-4


def test_refinement_by_hand():
    """Half a pixel to the right, then 0.75 between 0.5 and 1; the border stops the next step."""
    field = torch.tensor([[[0., 0., 0.]], [[0.5, 1., 1.]]])
    assert refine_displacement(field, 1)[1].tolist() == [[0.5, 1, 0]]
    assert refine_displacement(field, 2)[1].tolist() == [[1.25, 1, 0]]
    assert refine_displacement(field)[1].tolist() == [[2, 1, 0]]
    assert refine_displacement(field)[0].tolist() == [[0, 0, 0]]


@pytest.mark.parametrize('size', [*SIZES, (20, 23)])
def test_clusters_and_map_oracle(size):
    field = 3 * torch.randn(2, *size)
    clusters = centroid_clusters(field)
    assert clusters.dtype == torch.int64 and same_partition(clusters, clusters_by_loops(field, 2.5))
    refined = refine_displacement(field, 20)
    found = instance_map(refined, clusters)
    for y in range(size[0]):
        for x in range(size[1]):
            there = round(y + float(refined[0, y, x])), round(x + float(refined[1, y, x]))
            assert found[y, x] == clusters[there]


def test_threshold_and_corners():
    field = torch.tensor([[[3., 0.], [0., 3.]], [[0., 0.], [0., 4.]]])
    assert len(centroid_clusters(field).unique()) == 3  # the two of no displacement meet at a corner only
    assert centroid_clusters(field, 3.5).tolist() == [[1, 1], [1, 0]]
    assert centroid_clusters(torch.tensor([[[1.5]], [[2.]]])).tolist() == [[0]]  # 2.5 is not below 2.5


def test_two_discs_of_one_class():
    masks, field = discs()
    found = instance_masks(masks.any(0)[None].float(), torch.tensor([7]), torch.zeros(30, 60), field, (120, 240))
    assert found.masks.shape == (2, 120, 240) and found.masks.dtype == torch.bool
    assert found.classes.tolist() == [7, 7] and found.classes.dtype == torch.int64
    assert found.scores.dtype == torch.float32 and 0.9 < found.scores[1] <= found.scores[0] == 1
    left = found.masks[:, :, :120].sum((1, 2))
    assert sorted((left / found.masks.sum((1, 2))).tolist()) == [0, 1]


def test_boundaries_keep_the_discs_in_shape():
    """A ring around each disc stops the walk: masks are the discs, up to the resize."""
    masks, field = discs()
    inner, _ = discs(radius=9)
    cam = torch.zeros(1, 30, 60)
    cam[0, 15, 15], cam[0, 15, 45] = 1, 0.5
    boundary = (masks & ~inner).any(0).float()
    found = instance_masks(cam, torch.tensor([0]), boundary, field, (120, 240))
    assert found.classes.tolist() == [0, 0]
    torch.testing.assert_close(found.scores, torch.tensor([1, 0.5]), rtol=0, atol=1e-2)
    for mask, disc in zip(found.masks, inner, strict=True):
        disc = disc.repeat_interleave(4, 0).repeat_interleave(4, 1)
        assert (mask & disc).sum() / (mask | disc).sum() > 0.85


def test_one_class_beside_another():
    masks, field = discs()
    cam = masks.float() * torch.tensor([0.8, 1.])[:, None, None]
    found = instance_masks(cam, torch.tensor([3, 11]), torch.zeros(1, 30, 60), field, (118, 237))
    assert found.masks.shape == (2, 118, 237) and found.classes.tolist() == [11, 3]
    torch.testing.assert_close(found.scores, torch.tensor([1, 0.8]), rtol=0, atol=1e-2)
    assert found.masks[0, 60, 180] and found.masks[1, 60, 60] and not found.masks.all(0).any()


def test_one_middle_is_one_object_of_each_class():
    masks, field = discs(30, 30, [(15, 15)])
    cam, boundary = torch.zeros(2, 30, 30), torch.zeros(30, 30)
    cam[0, :, :15], cam[1, :, 16:], boundary[:, 15] = masks[0, :, :15], masks[0, :, 16:], 1
    found = instance_masks(cam, torch.tensor([0, 1]), boundary, field, (120, 120))
    assert sorted(found.classes.tolist()) == [0, 1]
    found = instance_masks(cam.sum(0, keepdim=True), torch.tensor([4]), torch.zeros(30, 30), field, (120, 120))
    assert found.classes.tolist() == [4]


def test_parts_that_do_not_touch_are_objects_and_small_ones_are_left_out():
    """Without centroids all pixels form one group; full boundaries keep all scores in place."""
    field = torch.full((2, 10, 30), 9.)
    assert centroid_clusters(field).max() == 0
    boundary = torch.ones(10, 30)
    cam = torch.zeros(1, 10, 30)
    for value, area in ((1., (slice(2, 8), slice(2, 8))), (.6, (slice(2, 8), slice(12, 18))), (.9, (5, 25))):
        cam[(0, *area)] = value
        boundary[area] = 0
    settings = dict(cam=cam, keys=torch.tensor([2]), boundary=boundary, displacement=field, size=(40, 120))
    found = instance_masks(**settings)  # the point covers 16 of 4800 pixels or less
    assert found.masks.any(2).any(1).all() and found.classes.tolist() == [2, 2]
    torch.testing.assert_close(found.scores, torch.tensor([1, .6]))
    small = instance_masks(**settings, min_area=0)
    assert small.masks[1].sum() <= 48 and small.scores[1] < 0.9
    assert instance_masks(**settings, bg_thr=0.7).scores.tolist() == [1]
    assert instance_masks(**settings, bg_thr=1.).masks.shape == (0, 40, 120)
    areas = small.masks.sum((1, 2)) / 4800
    exactly = instance_masks(**settings, min_area=float(areas[-1]))
    assert [bool(area >= areas[-1]) for area in areas].count(True) == len(exactly.scores)


def test_settings_of_the_walk_arrive():
    cam, field = discs(40, 40, [(20, 20)], radius=8)
    cam, boundary = cam.float(), torch.full((40, 40), 0.55)
    areas = {}
    for name, settings in dict(published={}, short=dict(steps=64), near=dict(radius=3), free=dict(beta=9)).items():
        found = instance_masks(cam, torch.tensor([0]), boundary, field, (160, 160), bg_thr=0.05, **settings)
        areas[name] = float(found.masks.sum()) / 16
        walk = random_walk(cam, boundary, **settings)
        assert areas[name] == pytest.approx(int((walk > 0.05 * walk.max()).sum()), rel=0.05)
    assert 1.1 * areas['near'] < areas['short'] < areas['published'] / 1.1 < areas['free'] / 1.2, areas


@pytest.mark.parametrize('size', [*SIZES, (375, 500)])
def test_sizes_and_images_without_objects(size):
    height, width = (-(-side // 4) for side in size)
    field, boundary = torch.randn(2, height, width), torch.rand(height, width)
    for cam in (torch.zeros(0, height, width), torch.zeros(2, height, width)):
        found = instance_masks(cam, torch.arange(len(cam)), boundary, field, size)
        assert found.masks.shape == (0, *size) and found.masks.dtype == torch.bool
        assert found.classes.shape == found.scores.shape == (0, )
        assert found.classes.dtype == torch.int64 and found.scores.dtype == torch.float32
    found = instance_masks(torch.ones(1, height, width), torch.tensor([5]), 0 * boundary, 0 * field, size)
    assert found.masks.shape == (1, *size) and found.masks.all() and found.classes.tolist() == [5]


@pytest.mark.parametrize(('change', 'named'), [
    (dict(cam=torch.zeros(4, 5)), [(4, 5), (2, 4, 5)]),
    (dict(cam=torch.zeros(2, 5, 4)), [(2, 5, 4)]),
    (dict(keys=torch.tensor([1])), [(1, )]),
    (dict(boundary=torch.zeros(5, 4)), [(5, 4)]),
    (dict(boundary=torch.full((4, 5), 2.)), ['boundary', [0, 1]]),
    (dict(displacement=torch.zeros(2, 5, 4)), [(2, 5, 4)]),
    (dict(displacement=torch.zeros(3, 4, 5)), [(3, 4, 5)]),
    (dict(displacement=torch.full((2, 4, 5), math.nan)), ['displacement']),
    (dict(cam=torch.full((2, 4, 5), math.nan)), ['CAM']),
    (dict(size=(17, 20)), [(17, 20), 4]),
])
def test_bad_input(change, named):
    good = dict(cam=torch.ones(2, 4, 5), keys=torch.tensor([1, 2]), boundary=torch.zeros(4, 5),
                displacement=torch.zeros(2, 4, 5), size=(16, 20))
    instance_masks(**good)
    with pytest.raises(InputError, match=message_names(*named)):
        instance_masks(**{**good, **change})


def test_bad_fields():
    for function in (refine_displacement, centroid_clusters):
        for wrong in (torch.zeros(4, 5), torch.zeros(1, 4, 5), torch.zeros(2, 0, 5)):
            with pytest.raises(InputError, match=message_names(tuple(wrong.shape))):
                function(wrong)
    with pytest.raises(InputError, match=message_names((2, 4, 5), (5, 4))):
        instance_map(torch.zeros(2, 4, 5), torch.zeros(5, 4, dtype=torch.int64))
