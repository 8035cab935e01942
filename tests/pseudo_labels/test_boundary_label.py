"""Labels of boundaries against a loop over windows, and by hand."""
import numpy as np
import pytest
import torch
from message_names import message_names
from PIL import Image

from mmwsss.pseudo_labels import boundary_label
from mmwsss.utils.errors import InputError


def slow_boundary_label(labels, window, between_objects=True):
    """Pixel by pixel, with shares as fractions of whole numbers."""
    height, width = labels.shape
    result = np.full(labels.shape, 255, np.uint8)
    for y in range(height):
        for x in range(width):
            part = labels[max(y - window // 2, 0):y + window // 2 + 1, max(x - window // 2, 0):x + window // 2 + 1]
            shares = {value: int((part == value).sum()) for value in np.unique(part)}
            n, b = part.size, shares.get(0, 0)
            f1, f2 = (sorted([*(count for value, count in shares.items() if value not in (0, 255)), 0, 0]))[:-3:-1]
            if 10 * b > 6 * n and 10 * (b - f1) >= 2 * n:
                result[y, x] = 0
            if 10 * f1 > 6 * n and 10 * (f1 - b) >= 2 * n:
                result[y, x] = 1
            if 10 * min(f1, b) > 3 * n and 10 * abs(f1 - b) < n:
                result[y, x] = 2
            if between_objects and 10 * f2 > 3 * n and 10 * (f1 - f2) < n:
                result[y, x] = 2
    return result


def blobs(size, values, seed):
    """Coarse cells of random values, so that windows hold every mixture."""
    rng = np.random.default_rng(seed)
    cells = rng.choice(values, (-(-size[0] // 5), -(-size[1] // 4))).astype(np.uint8)
    return cells.repeat(5, 0).repeat(4, 1)[:size[0], :size[1]]


@pytest.mark.parametrize('between_objects', [True, False])
@pytest.mark.parametrize(('size', 'window', 'values'), [
    ((24, 31), 13, (0, 0, 3, 7, 255)), ((24, 31), 5, (0, 3)), ((9, 4), 13, (0, 3, 20, 255)), ((1, 1), 13, (4, )),
    ((12, 17), 3, (255, )), ((20, 20), 7, (2, 5)), ((1, 9), 5, (0, 1)), ((12, 10), 1, (0, 1, 255))])
def test_against_a_loop(size, window, values, between_objects):
    for seed in range(3):
        labels = blobs(size, values, seed)
        found = boundary_label(torch.from_numpy(labels), window, between_objects=between_objects)
        assert found.dtype == torch.uint8
        np.testing.assert_array_equal(found, slow_boundary_label(labels, window, between_objects))


def test_by_hand():
    """Background, class 3 and class 7 side by side: boundaries are three pixels wide in windows of 13."""
    labels = torch.zeros(40, 90, dtype=torch.int64)
    labels[:, 30:60], labels[:, 60:] = 3, 7
    row = boundary_label(labels)[20]
    assert (row[[29, 30, 59, 60]] == 2).all() and (row == 2).sum() == 4
    assert (row[:28] == 0).all() and (row[32:58] == 1).all() and (row[62:] == 1).all()
    assert (boundary_label(labels, between_objects=False)[20] == 2).nonzero().flatten().tolist() == [29, 30]


@pytest.mark.parametrize(('window', 'found'), [(9, 0), (11, 2)])
def test_a_small_window_finds_no_straight_edge(window, found):
    labels = torch.zeros(30, 30, dtype=torch.uint8)
    labels[:, 15:] = 3
    assert (boundary_label(labels, window)[15] == 2).sum() == found


def test_ignored_pixels_weaken_every_share():
    labels = torch.zeros(13, 13, dtype=torch.uint8)
    labels[:, :8] = 255  # the background has 5 of 13 columns
    assert boundary_label(labels)[6, 6] == 255
    labels[:, 3:8] = 0  # 10 of 13
    assert boundary_label(labels)[6, 6] == 0


def test_other_shares():
    labels = torch.zeros(13, 13, dtype=torch.uint8)
    labels[:, 8:] = 4  # 8 and 5 of 13 columns: 0.615 and 0.385
    middle = [boundary_label(labels, **settings)[6, 6].item() for settings in (
        dict(), dict(inner_share=0.62), dict(inner_lead=0.24), dict(boundary_gap=0.24),
        dict(boundary_gap=0.24, boundary_share=0.39))]
    assert middle == [0, 255, 255, 2, 0]


def test_a_real_image(voc6):
    """Boundaries of a ground truth lie near its edges, and inner pixels have the right kind."""
    mask = np.array(Image.open(voc6 / 'SegmentationClass' / '2007_000783.png'))
    mask[mask == 255] = 0
    found = boundary_label(torch.from_numpy(mask)).numpy()
    assert set(np.unique(found)) == {0, 1, 2, 255}
    assert (mask[found == 0] == 0).mean() > 0.95 and (mask[found == 1] != 0).mean() > 0.95
    edge = np.zeros(mask.shape, bool)
    edge[1:], edge[:, 1:] = mask[1:] != mask[:-1], edge[:, 1:] | (mask[:, 1:] != mask[:, :-1])
    near = torch.nn.functional.max_pool2d(torch.from_numpy(edge)[None].float(), 9, 1, 4)[0].numpy() > 0
    assert near[found == 2].mean() > 0.95


@pytest.mark.parametrize(('labels', 'window', 'named'), [
    (torch.zeros(4, 4), 13, ['float32']), (torch.zeros(1, 4, 4, dtype=torch.uint8), 13, [(1, 4, 4)]),
    (torch.zeros(0, 4, dtype=torch.uint8), 13, [(0, 4)]), (torch.zeros(4, 4, dtype=torch.uint8), 12, ['window=12']),
    (torch.zeros(4, 4, dtype=torch.uint8), -1, ['window=-1'])])
def test_bad_input(labels, window, named):
    with pytest.raises(InputError, match=message_names(*named)):
        boundary_label(labels, window)
