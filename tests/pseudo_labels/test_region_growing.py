"""Seeded region growing against the authors' program, and against a flood of single cells."""
import numpy as np
import pytest
import torch
from message_names import message_names

from mmwsss.pseudo_labels import grow_seeds
from mmwsss.utils.errors import InputError


@pytest.mark.parametrize('name, thresholds', [('grow_seeds', (0.99, 0.85)), ('grow_seeds_b', (0.7, 0.6))])
def test_as_the_authors_program(golden, name, thresholds):
    data = golden('dsrg')
    cues, probs, labels = (torch.from_numpy(data[f'grow_{key}']) for key in ('cues', 'probs', 'labels'))
    found = grow_seeds(cues, probs, labels, *thresholds)
    assert found.dtype == cues.dtype and (found == torch.from_numpy(data[name])).all()
    labels[:, 0] = 0  # the background is allowed anyway
    assert (grow_seeds(cues, probs, labels, *thresholds) == found).all()


def slow_grow(cues, probs, labels, bg_thr, fg_thr):
    """One image, cell by cell."""
    classes, height, width = cues.shape
    cells = [(y, x) for y in range(height) for x in range(width)]
    allowed = [0] + [label for label in range(1, classes) if labels[label]]
    owner = {}
    for y, x in cells:
        own = [label for label in range(classes) if cues[label, y, x]]
        owner[y, x] = max(own) if own else None
        best = max(allowed, key=lambda label: (probs[label, y, x], -label))
        if probs[best, y, x] > (fg_thr if best else bg_thr):
            owner[y, x] = best
    seeds = cues.copy()
    for label in allowed:
        reached = {cell for cell in cells if cues[label][cell] and owner[cell] == label}
        border = list(reached)
        while border:
            y, x = border.pop()
            for near in [(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]:
                if near not in reached and owner.get(near) == label:
                    reached.add(near)
                    border.append(near)
        for y, x in reached:
            if not (seeds[:, y, x].sum() == 1 and not seeds[label, y, x]):
                seeds[label, y, x] = 1
    return seeds


def test_as_a_flood():
    rng = np.random.default_rng(0)
    for _ in range(10):
        cues = (rng.random((2, 4, 7, 9)) < 0.08).astype(np.uint8)
        probs = rng.dirichlet([0.3] * 4, (2, 7, 9)).transpose(0, 3, 1, 2).astype(np.float32)
        labels = (rng.random((2, 4)) < 0.6).astype(np.uint8)
        found = grow_seeds(*map(torch.from_numpy, (cues, probs, labels)), 0.6, 0.4)
        for index in range(2):
            np.testing.assert_array_equal(found[index], slow_grow(cues[index], probs[index], labels[index], 0.6, 0.4))


def test_shapes_that_do_not_fit():
    with pytest.raises(InputError, match=message_names('(1, 3)')):
        grow_seeds(torch.zeros(1, 2, 3, 3), torch.zeros(1, 2, 3, 3), torch.zeros(1, 3))
