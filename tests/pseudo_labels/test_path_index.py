"""Pairs and paths, against the reference's list and a brute-force search."""
import math

import numpy as np
import pytest
from message_names import message_names

from mmwsss.pseudo_labels import path_index
from mmwsss.utils.errors import InputError


def brute_force_path(dy, dx):
    """Points of the box of (0, 0) and (dy, dx) that are less than 1 away from the line."""
    box = [(y, x) for y in range(-20, 21) for x in range(-20, 21)
           if min(0, dy) <= y <= max(0, dy) and min(0, dx) <= x <= max(0, dx)]
    return {(y, x) for y, x in box if abs(y * dx - x * dy) / math.hypot(dy, dx) < 1}


@pytest.mark.parametrize(('radius', 'pairs'), [(5, 34), (10, 152)])
def test_destinations_are_those_of_the_reference(golden, radius, pairs):
    index = path_index(radius)
    assert len(index) == pairs
    np.testing.assert_array_equal(index.destinations, golden('irn')[f'search_dst{radius}'])


@pytest.mark.parametrize('radius', [1, 2, 3, 5, 7, 10])
def test_every_pair_within_the_radius_is_there_once(radius):
    found = {tuple(dest) for dest in path_index(radius).destinations.tolist()}
    turned = {(-y, -x) for y, x in found}
    expected = {(y, x) for y in range(-12, 13) for x in range(-12, 13)
                if 0 < math.hypot(y, x) < radius}
    assert len(found) == len(path_index(radius)) == len(expected) / 2
    assert found | turned == expected


@pytest.mark.parametrize('radius', [2, 5, 10])
def test_paths_match_brute_force(radius):
    for dest, path in path_index(radius):
        assert {tuple(point) for point in path.tolist()} == brute_force_path(*dest)
        assert len(np.unique(path, axis=0)) == len(path)
        along = path @ dest
        assert path[0].tolist() == [0, 0] and path[-1].tolist() == dest.tolist()
        assert (np.diff(along) >= 0).all()


def test_a_path_by_hand():
    paths = {tuple(dest.tolist()): path.tolist() for dest, path in path_index(4)}
    assert paths[0, 3] == [[0, 0], [0, 1], [0, 2], [0, 3]]
    # (0, 1) and (1, 0) are 0.71 from the diagonal.
    assert sorted(paths[1, 1]) == [[0, 0], [0, 1], [1, 0], [1, 1]]
    # (0, -2) and (2, 0) are 1.41 from the diagonal.
    assert sorted(paths[2, -2]) == [[0, -1], [0, 0], [1, -2], [1, -1], [1, 0], [2, -2], [2, -1]]


def test_groups_have_one_length_each_and_ascend():
    index = path_index(10)
    lengths = [group.shape[1] for group in index.paths]
    assert lengths == sorted(set(lengths)) and lengths[0] == 2
    assert sum(len(group) for group in index.paths) == 152
    assert all(group.dtype == np.int64 and group.shape[2] == 2 for group in index.paths)


def test_shared_arrays_cannot_be_written():
    assert path_index(5) is path_index(5)
    with pytest.raises(ValueError, match='read-only'):
        path_index(5).destinations[0] = 0


def test_radius_one_has_no_pair():
    index = path_index(1)
    assert len(index) == 0 and index.destinations.shape == (0, 2) and list(index) == []


@pytest.mark.parametrize('kind', [np.int64, np.uint8])
def test_radius_of_numpy(kind):
    path_index.cache_clear()  # equal numbers share an entry, whatever their type
    index = path_index(kind(7))
    path_index.cache_clear()
    np.testing.assert_array_equal(index.destinations, path_index(7).destinations)
    assert type(index.radius) is int and index.radius == 7


@pytest.mark.parametrize('radius', [0, -3, 2.5, '5'])
def test_bad_radius(radius):
    with pytest.raises(InputError, match=message_names('radius', repr(radius))):
        path_index(radius)
