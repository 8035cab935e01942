"""DenseCRF, against the reference's results and the plain CRF over all classes."""
import sys

import numpy as np
import pytest
import torch
from message_names import message_names
from PIL import Image
from virtual_device import DEVICE, VirtualDevice

from mmwsss.pseudo_labels import dense_crf, dense_crf_labels, dense_crf_probs
from mmwsss.utils.errors import InputError

densecrf = pytest.importorskip('pydensecrf.densecrf', reason='pydensecrf is not installed')


def plain_crf(image, probs, gaussian, bilateral):
    """All classes, present or not: `gaussian` (sxy, compat), `bilateral` (sxy, srgb, compat)."""
    height, width = image.shape[:2]
    crf = densecrf.DenseCRF2D(width, height, len(probs))
    crf.setUnaryEnergy(-np.log(probs.reshape(len(probs), -1)).astype(np.float32))
    crf.addPairwiseGaussian(sxy=gaussian[0], compat=gaussian[1])
    crf.addPairwiseBilateral(
        sxy=bilateral[0], srgb=bilateral[1], rgbim=image.copy(), compat=bilateral[2])
    return np.array(crf.inference(10)).reshape(probs.shape)


def label_probs(labels, num_labels, gt_prob=0.7):
    """`gt_prob` for the label; the other labels share the rest."""
    given = labels == np.arange(num_labels)[:, None, None]
    return np.where(given, gt_prob, (1 - gt_prob) / (num_labels - 1))


@pytest.fixture
def voc_image(golden):
    return golden('irn')['ir_pic']


@pytest.fixture
def seed(golden):
    return golden('irn')['ir_fg_seed']


@pytest.fixture
def image():
    """A red half and a blue half with some noise."""
    halves = np.zeros((24, 30, 3))
    halves[:, :15, 0] = halves[:, 15:, 2] = 200
    return (halves + np.random.rand(24, 30, 3) * 20).astype(np.uint8)


def test_labels_of_the_reference(golden, voc_image, seed):
    data = golden('irn')
    keys = np.append(0, data['ir_keys'])
    refined = dense_crf_labels(voc_image, seed, 3)
    assert refined.dtype == np.int64 and refined.shape == seed.shape
    assert (keys[seed] != data['ir_fg']).mean() > 0.02  # the refinement has an effect
    assert (keys[refined] == data['ir_fg']).mean() > 0.999


def test_probs_of_the_reference(golden, voc_image):
    data = golden('irn')
    refined = dense_crf_probs(voc_image, data['crf_prob'])
    assert refined.dtype == np.float32
    np.testing.assert_allclose(refined, data['crf_q'], rtol=0, atol=1e-5)


@pytest.mark.parametrize('num_labels', [3, 4, 5, 21])
def test_absent_labels_are_carried_exactly(voc_image, seed, num_labels):
    full = plain_crf(voc_image, label_probs(seed, num_labels), (3, 3), (50, 5, 10))
    np.testing.assert_array_equal(dense_crf_labels(voc_image, seed, num_labels), full.argmax(axis=0))


def test_present_labels_need_not_be_the_first(voc_image, seed):
    apart = np.array([2, 9, 17])[seed]
    full = plain_crf(voc_image, label_probs(apart, 21), (3, 3), (50, 5, 10))
    refined = dense_crf_labels(voc_image, apart.astype(np.uint8), 21)
    assert set(np.unique(refined)) <= {2, 9, 17}
    np.testing.assert_array_equal(refined, full.argmax(axis=0))


def test_settings_of_labels_are_used(voc_image, seed):
    settings = dict(gt_prob=0.9, gaussian_sxy=2, gaussian_compat=1, bilateral_sxy=20,
                    bilateral_srgb=10, bilateral_compat=4)
    full = plain_crf(voc_image, label_probs(seed, 6, 0.9), (2, 1), (20, 10, 4))
    refined = dense_crf_labels(voc_image, seed, 6, **settings)
    np.testing.assert_array_equal(refined, full.argmax(axis=0))
    assert (refined != dense_crf_labels(voc_image, seed, 6)).any()


def test_no_step_keeps_the_labels(voc_image, seed):
    np.testing.assert_array_equal(dense_crf_labels(voc_image, seed, 3, steps=0), seed)


def test_labels_move_to_the_edge(image):
    labels = np.zeros((24, 30), np.uint8)
    labels[:, 18:] = 1  # three columns off
    refined = dense_crf_labels(image, labels, 2)
    np.testing.assert_array_equal(refined, np.repeat([[0] * 15 + [1] * 15], 24, axis=0))


def test_one_label_stays(image):
    for num_labels in (5, 21):
        labels = np.full((24, 30), 4, np.uint8)
        np.testing.assert_array_equal(dense_crf_labels(image, labels, num_labels), labels)
    np.testing.assert_array_equal(dense_crf_labels(image, labels * 0, 1), labels * 0)


def test_absent_probabilities_are_carried_exactly(voc_image, golden):
    probs = np.zeros((7, 60, 80), np.float32)
    probs[[1, 3, 5]] = golden('irn')['crf_prob']
    full = plain_crf(voc_image, np.clip(probs, 1e-5, 1), (1, 3), (67, 3, 4))
    refined = dense_crf_probs(voc_image, probs, min_prob=0)
    np.testing.assert_allclose(refined, full, rtol=0, atol=1e-5)
    np.testing.assert_allclose(refined.sum(axis=0), 1, atol=1e-5)


def test_improbable_classes_share_a_stand_in(voc_image, golden):
    rest = np.random.rand(5, 60, 80) * np.array([.02, .015, .01, .001, .0001])[:, None, None]
    probs = np.concatenate([golden('irn')['crf_prob'], rest])
    probs /= probs.sum(axis=0)
    full = plain_crf(voc_image, np.clip(probs, 1e-5, 1), (1, 3), (67, 3, 4))
    exact = dense_crf_probs(voc_image, probs, min_prob=0)
    np.testing.assert_allclose(exact, full, rtol=0, atol=1e-5)
    refined = dense_crf_probs(voc_image, probs)
    np.testing.assert_allclose(refined, full, rtol=0, atol=1e-3)
    assert (refined != exact).any()


def test_settings_of_probs_are_used(voc_image, golden):
    probs = golden('irn')['crf_prob']
    full = plain_crf(voc_image, probs, (2, 1), (20, 10, 4))
    refined = dense_crf_probs(voc_image, probs, gaussian_sxy=2, gaussian_compat=1, bilateral_sxy=20,
                              bilateral_srgb=10, bilateral_compat=4)
    np.testing.assert_allclose(refined, full, rtol=0, atol=1e-6)
    unrefined = dense_crf_probs(voc_image, probs, steps=0)
    np.testing.assert_allclose(unrefined, probs, rtol=0, atol=1e-5)


def test_memory_of_any_kind(image, seed):
    """PIL's memory is read-only, and mirrored images are not contiguous."""
    labels = np.zeros((24, 30), np.int64)
    labels[:, 18:] = 1
    refined = dense_crf_labels(image, labels, 2)
    read_only = np.asarray(Image.fromarray(image))
    read_only.flags.writeable = False
    np.testing.assert_array_equal(dense_crf_labels(read_only, labels, 2), refined)
    mirrored = dense_crf_labels(image[:, ::-1], labels[:, ::-1], 2)[:, ::-1]
    np.testing.assert_array_equal(mirrored, refined)
    tensors = dense_crf_labels(torch.tensor(image), torch.tensor(labels), 2)
    np.testing.assert_array_equal(tensors, refined)


def test_without_pydensecrf(voc_image, seed, golden, monkeypatch):
    probs = golden('irn')['crf_prob']
    labels, refined = dense_crf_labels(voc_image, seed, 5), dense_crf_probs(voc_image, probs)
    monkeypatch.setitem(sys.modules, 'pydensecrf', None)
    monkeypatch.setitem(sys.modules, 'pydensecrf.densecrf', None)
    np.testing.assert_array_equal(dense_crf_labels(voc_image, seed, 5), labels)
    np.testing.assert_allclose(dense_crf_probs(voc_image, probs), refined, rtol=0, atol=1e-4)
    with pytest.raises(InputError, match=message_names('mmwsss[crf]', 'torch')):
        dense_crf_labels(voc_image, seed, 5, backend='pydensecrf')


def test_backend_torch_as_the_reference(golden, voc_image, seed):
    data = golden('irn')
    refined = dense_crf_probs(voc_image, data['crf_prob'], backend='torch')
    np.testing.assert_allclose(refined, data['crf_q'], rtol=0, atol=1e-4)
    keys = np.append(0, data['ir_keys'])
    assert (keys[dense_crf_labels(voc_image, seed, 3, backend='torch')] == data['ir_fg']).mean() > 0.999


@pytest.mark.parametrize('backend', ['torch', 'pydensecrf'])
def test_sets_of_scores_with_absent_classes(voc_image, golden, backend):
    probs = torch.zeros(2, 7, 60, 80)
    probs[:, [1, 3, 5]] = torch.from_numpy(golden('irn')['crf_prob'])
    probs[1] = probs[1].roll(2, dims=0)
    image = torch.from_numpy(voc_image).permute(2, 0, 1)
    refined = dense_crf(image, probs, min_prob=0, backend=backend)
    for found, one in zip(refined, probs, strict=True):
        torch.testing.assert_close(found, dense_crf(image, one, min_prob=0, backend=backend), rtol=0, atol=1e-4)


def test_on_a_device(voc_image, golden):
    probs = torch.zeros(7, 60, 80)
    probs[[1, 3, 5]] = torch.from_numpy(golden('irn')['crf_prob'])
    image = torch.from_numpy(voc_image).permute(2, 0, 1)
    wanted = dense_crf(image, probs, steps=2, backend='torch')
    with VirtualDevice():
        found = dense_crf(image, probs.to(DEVICE), steps=2).cpu()
    torch.testing.assert_close(found, wanted)


LABELS = np.zeros((24, 30), np.uint8)


@pytest.mark.parametrize(('labels', 'num_labels', 'named'), [
    (LABELS + 2, 2, [1]),
    (LABELS + 255, 21, [20]),
    (LABELS.astype(int) - 1, 2, [1]),
    (LABELS.astype(float), 2, [1]),
    (LABELS[:-1], 2, [(24, 30), (23, 30)]),
    (LABELS[..., None], 2, [(24, 30), (24, 30, 1)]),
])
def test_bad_labels(image, labels, num_labels, named):
    with pytest.raises(InputError, match=message_names(*named)):
        dense_crf_labels(image, labels, num_labels)


def test_bool_labels(image):
    labels = np.random.rand(24, 30) < np.where(np.arange(30) < 15, .8, .2)
    refined = dense_crf_labels(image, labels, 2)
    np.testing.assert_array_equal(refined, dense_crf_labels(image, labels.astype(np.int64), 2))
    assert refined.dtype == np.int64 and (refined != labels).any() and refined.any()
    constant = dense_crf_labels(image, np.ones((24, 30), bool), 2)
    assert constant.dtype == np.int64 and (constant == 1).all()


@pytest.mark.parametrize('gt_prob', [0, 1, float('nan')])
def test_bad_certainty(image, gt_prob):
    with pytest.raises(InputError, match=message_names(gt_prob)):
        dense_crf_labels(image, LABELS, 2, gt_prob=gt_prob)


@pytest.mark.parametrize('bad', [
    np.zeros((24, 30, 3)), np.zeros((24, 30), np.uint8), np.zeros((3, 24, 30), np.uint8),
    np.zeros((24, 30, 4), np.uint8)
])
def test_bad_image(bad):
    with pytest.raises(InputError, match=message_names(bad.dtype, bad.shape)):
        dense_crf_labels(bad, LABELS, 2)
    with pytest.raises(InputError, match=message_names(bad.dtype, bad.shape)):
        dense_crf_probs(bad, np.full((2, 24, 30), .5))


@pytest.mark.parametrize(('probs', 'named'), [
    (np.full((2, 24, 30), 3.), [[0, 1]]),
    (np.full((2, 24, 30), -.1), [[0, 1]]),
    (np.full((2, 24, 30), np.nan), [[0, 1]]),
    (np.full((2, 24, 29), .5), [(24, 30), (24, 29)]),
    (np.full((24, 30), .5), [(24, 30)]),
    (np.zeros((0, 24, 30)), [(0, 24, 30)]),
])
def test_bad_probs(image, probs, named):
    with pytest.raises(InputError, match=message_names(*named)):
        dense_crf_probs(image, probs)


def test_classes_that_are_equal_everywhere_share_a_stand_in_exactly(voc_image, seed):
    """Also if they are too probable for `min_prob`."""
    probs = label_probs(seed, 4, 0.4)  # the fourth label is absent, and the others have 0.2 as it has
    probs = np.concatenate([probs * 0.6, np.full((2, *seed.shape), 0.2)])
    full = plain_crf(voc_image, probs, (1, 3), (67, 3, 4))
    np.testing.assert_allclose(dense_crf_probs(voc_image, probs), full, rtol=0, atol=1e-5)
