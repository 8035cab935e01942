"""AffinityNet's scores and labels, against the authors' code and plain loops."""
import numpy as np
import pytest
import torch
from message_names import message_names

from mmwsss.models import DenseCRF
from mmwsss.pseudo_labels.affinity_scores import (
    SEED_CRF,
    affinity_label,
    affinity_scores,
    background_power,
    background_score,
)
from mmwsss.utils.errors import InputError

BACKENDS = ('torch', 'pydensecrf')


def refinement(backend):
    if backend == 'pydensecrf':
        pytest.importorskip('pydensecrf')
    return DenseCRF(**SEED_CRF, backend=backend).refine_sets


@pytest.mark.parametrize('backend', BACKENDS)
def test_golden_scores(golden, backend):
    psa = golden('psa')
    low, high = affinity_scores(psa['cls_pic'], psa['cls_cam'], 4, 32, refinement(backend))
    np.testing.assert_allclose(low, psa['cls_la'], atol=1e-4)
    np.testing.assert_allclose(high, psa['cls_ha'], atol=1e-4)


@pytest.mark.parametrize('backend', BACKENDS)
def test_golden_scores_of_seam(golden, backend):
    """Its maps have negative values."""
    seam = golden('seam')
    assert seam['inf_cam'].min() < -0.5
    _, high = affinity_scores(seam['inf_pic'], seam['inf_cam'], 4, 24, refinement(backend))
    np.testing.assert_allclose(high, seam['inf_crf24'], atol=1e-4)


@pytest.mark.parametrize('number', [0, 1])
def test_golden_labels(golden, number):
    psa = golden('psa')
    scores = torch.tensor(psa[f'lab{number}_scores'])
    np.testing.assert_array_equal(affinity_label(*scores.chunk(2)), psa[f'lab{number}_label'])


def label_of_loops(low, high, block):
    """The rules one by one."""
    size = [side // block for side in low.shape[1:]]
    label = np.zeros(size, np.uint8)
    for y in range(size[0]):
        for x in range(size[1]):
            area = slice(y * block, (y + 1) * block), slice(x * block, (x + 1) * block)
            strong, weak = low[:, area[0], area[1]].mean((1, 2)), high[:, area[0], area[1]].mean((1, 2))
            if max(strong.max(), weak.max()) < 1e-5:
                label[y, x] = 255
            elif weak.argmax() != 0:
                label[y, x] = strong.argmax() or 255
    return label


@pytest.mark.parametrize('block', [1, 4, 8])
def test_labels_of_loops(block):
    low, high = np.random.default_rng(0).random((2, 4, 35, 50)).astype(np.float32)
    low[:, :16, :24] = high[:, :16, :24] = 0  # outside of the image
    low[0, 20:], high[0, 20:, 20:] = 1, 1
    found = affinity_label(torch.tensor(low), torch.tensor(high), block).numpy()
    np.testing.assert_array_equal(found, label_of_loops(low, high, block))
    assert {0, 255} < set(np.unique(found).tolist())


def test_background():
    cam = torch.rand(2, 3, 4)
    torch.testing.assert_close(background_score(cam, 4), (1 - cam.amax(0, keepdim=True))**4)
    assert (background_score(cam[:0], 4) == 1).all()
    below = torch.tensor([-0.5, 0.25]).view(2, 1, 1)
    assert background_score(below, 2) == 0.75**2
    assert background_score(below[:1], 6) == 1  # the classes that are not there are 0


@pytest.mark.parametrize('alpha', [3, 4.5])
def test_background_where_rounding_lifts_a_class_above_1(alpha):
    """CAM files may hold up to 1.01; a power of a negative number is none, or negative."""
    cam = torch.tensor([1.01, 1 + 1e-6, 1]).view(1, 1, 3)
    assert (background_score(cam, alpha) == 0).all()


def test_maps_of_another_size_and_without_classes():
    image = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    seen = []
    scores = affinity_scores(image, np.full((1, 5, 8), 0.5), 1, 2, lambda pixels, scores: seen.append(
        (pixels, scores)) or scores)
    np.testing.assert_allclose(scores, np.broadcast_to(
        np.array([[0.5, 0.5], [0.25, 0.5]])[..., None, None], (2, 2, 20, 30)))
    np.testing.assert_array_equal(seen[0][0].numpy().transpose(1, 2, 0), image)
    assert len(seen) == 1  # both alphas at a time
    empty = affinity_scores(image, np.zeros((0, 5, 8)))
    assert empty.shape == (2, 1, 20, 30) and (empty == 1).all()
    assert (affinity_label(*torch.tensor(empty)) == 0).all()


@pytest.mark.parametrize(('threshold', 'power'), [(0.5, 1), (0.28, 4), (0.12, 16), (0.08, 32), (0.38, 2)])
def test_a_class_wins_above_the_threshold_of_the_power(threshold, power):
    assert background_power(threshold) == pytest.approx(power, rel=0.06)
    cam = torch.tensor([threshold - 1e-3, threshold, threshold + 1e-3])[None, None]
    difference = (cam - background_score(cam, background_power(threshold)))[0, 0]
    assert difference[0] < 0 < difference[2] and difference[1].abs() < 1e-6


@pytest.mark.parametrize('threshold', [0, 1, -0.1, float('nan')])
def test_no_power(threshold):
    with pytest.raises(InputError, match=message_names(threshold)):
        background_power(threshold)


@pytest.mark.parametrize(('image', 'cam', 'alphas', 'named'), [
    (np.zeros((8, 8, 3)), np.zeros((1, 2, 2)), (4, 32), ['float64', '(8, 8, 3)']),
    (np.zeros((8, 8, 3), np.uint8), np.zeros((2, 2)), (4, 32), ['(2, 2)']),
    (np.zeros((8, 8, 3), np.uint8), np.full((1, 2, 2), np.nan), (4, 32), ['CAM']),
    (np.zeros((8, 8, 3), np.uint8), np.zeros((1, 2, 2)), (32, 4), [32, 4]),
    (np.zeros((8, 8, 3), np.uint8), np.zeros((1, 2, 2)), (0, 4), [0, 4])])
def test_bad_input(image, cam, alphas, named):
    with pytest.raises(InputError, match=message_names(*named)):
        affinity_scores(image, cam, *alphas)


def test_labels_of_scores_that_do_not_fit():
    with pytest.raises(InputError, match=message_names('(2, 8, 8)', '(3, 8, 8)')):
        affinity_label(torch.zeros(2, 8, 8), torch.zeros(3, 8, 8))
