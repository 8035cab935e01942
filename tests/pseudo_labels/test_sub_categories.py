"""Clusters of each class, against the reference's; the merging of their maps."""
import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from message_names import message_names

from mmwsss.models import SumAll, SumAllSubCategories
from mmwsss.pseudo_labels.sub_categories import check_counts, kmeans, list_order, require_scikit_learn, sub_categories
from mmwsss.utils.errors import InputError


def partition(clusters):
    """Sets of members, whatever the clusters' numbers."""
    return {frozenset(np.flatnonzero(clusters == number).tolist()) for number in np.unique(clusters)}


def test_reference_labels(golden):
    data = golden('sccam')
    k, labels = int(data['lab_k']), data['lab_20']
    found = sub_categories(data['lab_feat'], labels, k)
    np.testing.assert_allclose(found.inertia, data['lab_inertia'], rtol=1e-5)
    by_class = found.labels.reshape(160, 20, k)
    np.testing.assert_array_equal(by_class.sum(axis=2), labels)  # one sub-category for each class of an image
    images, classes = data['lab_image'], data['lab_class']
    np.testing.assert_array_equal(np.argwhere(labels.T)[:, ::-1].T, [images, classes])
    for index in range(20):
        own = classes == index
        clusters = by_class[images[own], index].argmax(axis=1)
        assert partition(clusters) == partition(data['lab_cluster'][own])

    order = list_order(labels)
    np.testing.assert_array_equal(order, data['lab_order'])
    np.testing.assert_array_equal(labels[order], data['lab_out_20'])
    written, expected = found.labels[order], data['lab_out_sub']
    for index in range(20):
        of_class = slice(index * k, (index + 1) * k)
        columns = {frozenset(np.flatnonzero(column).tolist()) for column in written[:, of_class].T}
        assert columns == {frozenset(np.flatnonzero(column).tolist()) for column in expected[:, of_class].T}


def test_reference_kmeans(golden):
    data = golden('sccam')
    clusters, inertia = kmeans(data['km_x'], 10)
    assert inertia <= 1.02 * data['km_inertia'] < data['km_inertia_one_start']
    sizes = np.bincount(data['km_label'])
    assert clusters.shape == (200, ) and sorted(np.bincount(clusters)) == pytest.approx(sorted(sizes), abs=12)
    distances = [((data['km_x'][clusters == number] - data['km_x'][clusters == number].mean(axis=0))**2).sum()
                 for number in range(10)]
    assert inertia == pytest.approx(sum(distances), rel=1e-4)
    for own, theirs in ((kmeans(data['km_x'], 10)[0], clusters), (kmeans(data['km_x'], 10, seed=0)[0], clusters)):
        np.testing.assert_array_equal(own, theirs)  # a seed, one result


def test_many_images_are_clustered_in_mini_batches():
    rng = np.random.default_rng(0)
    centres = 20 * rng.standard_normal((3, 4))
    x = (centres[np.arange(120) % 3] + rng.standard_normal((120, 4))).astype(np.float32)
    assert partition(kmeans(x, 3, large=100)[0]) == partition(np.arange(120) % 3)


LABELS = np.array([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 0, 1]])


def test_classes_with_few_images():
    features = np.float32([[0, 0], [1, 9], [5, 5], [5, 6]])
    with pytest.raises(InputError, match=message_names('k=2', 'cow (1)', 'allow-fewer')) as error:
        sub_categories(features, LABELS, 2, classes=['cat', 'cow', 'dog'])
    assert 'dog' not in str(error.value)
    found = sub_categories(features, LABELS, 3, allow_fewer=True).labels.reshape(4, 3, 3)
    np.testing.assert_array_equal(found.sum(axis=2), LABELS)
    assert found.sum(axis=0).tolist()[1] == [1, 0, 0]
    assert sorted(found.sum(axis=0)[0]) == [1, 1, 2] and sorted(found.sum(axis=0)[2]) == [0, 1, 1]
    alone = sub_categories(features[:1], LABELS[:1], 2, allow_fewer=True)  # two classes have no image at all
    assert alone.labels.tolist() == [[1, 0, 0, 0, 0, 0]] and not alone.inertia.any()


@pytest.mark.parametrize(('features', 'labels', 'k', 'named'), [
    (np.zeros((4, 2)), LABELS, 0, ['k=0']), (np.zeros((3, 2)), LABELS, 1, [(3, 2), (4, 3)]),
    (np.zeros(4), LABELS, 1, ['(4,)']), (np.full((4, 2), np.nan), LABELS, 1, ['finite'])])
def test_bad_input(features, labels, k, named):
    with pytest.raises(InputError, match=message_names(*named)):
        sub_categories(features, labels, k)


def test_counts_without_names():
    with pytest.raises(InputError, match=message_names('class 1 (1)', 'class 2 (2)')):
        check_counts(LABELS, 4, allow_fewer=False)
    check_counts(LABELS, 4, allow_fewer=True)
    check_counts(LABELS, 1)


def test_scikit_learn_is_named_if_it_is_missing(monkeypatch):
    for name in [name for name in sys.modules if name.partition('.')[0] == 'sklearn']:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, 'sklearn', None)
    with pytest.raises(InputError, match=message_names('scikit-learn', 'pip install')):
        require_scikit_learn()


def reference_maps(data, rows):
    """For each of four scales, the maps of image and mirror image `(2, len(rows), h, w)`."""
    return [torch.stack([torch.from_numpy(data[f'inf_raw{2 * scale}'][rows]),
                         torch.from_numpy(data[f'inf_raw{2 * scale + 1}'][rows]).flip(-1)]) for scale in range(4)]


def test_reference_inference(golden):
    data = golden('sccam')
    keys, size = torch.from_numpy(data['inf_keys']), tuple(data['inf_size'].tolist())
    groups = [cam.unflatten(1, (2, 10)) for cam in reference_maps(data, slice(2, None))]
    for found, name in ((SumAll()(reference_maps(data, slice(2)), size), ''),
                        (SumAllSubCategories()(groups, size), '_sub')):
        np.testing.assert_allclose(found, data[f'inf_cam{name}'], atol=1e-5)
        best, index = found.max(dim=0)
        label = torch.where(best > 0.15, keys[index] + 1, 0)
        np.testing.assert_array_equal(label, data[f'inf_label{name}'])


def test_merging_by_hand():
    """A loop over classes and sub-categories, at one scale without a mirror image."""
    maps = torch.rand(1, 2, 3, 4, 5)
    merged = SumAllSubCategories()([maps], (8, 10))
    full = F.interpolate(maps[0], size=(8, 10), mode='bilinear', align_corners=False)
    for number in range(2):
        largest = max(full[number, index].max() for index in range(3))
        for y, x in ((0, 0), (3, 7), (7, 9)):
            assert merged[number, y, x] == pytest.approx(float(max(full[number, :, y, x]) / (largest + 1e-5)), abs=1e-6)
    torch.testing.assert_close(SumAllSubCategories()([maps[:, :, 0]], (8, 10)), SumAll()([maps[:, :, 0]], (8, 10)))
    assert SumAllSubCategories()([maps[:, :0]], (8, 10)).shape == (0, 8, 10)
