"""LPCAM's clusters and maps, against loops."""
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from message_names import message_names

from mmwsss.pseudo_labels import class_prototypes, prototype_cam
from mmwsss.pseudo_labels.local_prototypes import Pixels, check_classes, cluster_centres, pad_rows, split_pixels
from mmwsss.utils.errors import InputError


def blobs(directions, lengths, members=20, seed=0):
    """Features near given directions, with the given lengths."""
    rng = np.random.default_rng(seed)
    parts = [length * (direction + rng.normal(0, 0.02, (members, len(direction))))
             for direction, length in zip(directions, lengths, strict=True)]
    return np.concatenate(parts).astype(np.float32)


def test_pixels_are_split_by_the_nearest_value_of_the_map():
    torch.manual_seed(0)
    feat, cam = torch.rand(3, 4, 5), torch.rand(9, 13) / 5
    cam[::4] = 0.1  # neither
    inside, outside = [], []
    for row in range(4):
        for column in range(5):
            value = cam[row * 9 // 4, column * 13 // 5]
            if value != cam[0, 0]:
                (inside if value > cam[0, 0] else outside).append(feat[:, row, column])
    found = split_pixels(feat, cam, threshold=float(cam[0, 0]))
    for rows, wanted in zip(found, (inside, outside), strict=True):
        np.testing.assert_array_equal(rows, torch.stack(wanted) if wanted else np.zeros((0, 3)))
    few = split_pixels(feat, cam, float(cam[0, 0]), pixels=2, seed=5)
    assert len(few.inside) == 2 and all((row == found.inside).all(1).any() for row in few.inside)
    assert all(map(np.array_equal, few, split_pixels(feat, cam, float(cam[0, 0]), 2, 5)))


def test_clusters_go_by_the_cosine_and_their_centres_keep_their_length():
    features = blobs(np.eye(3), [1, 1, 1])
    features[:10] *= 9  # of the same direction as the ten behind
    centres = cluster_centres(features, 3)
    centres = centres[np.argsort(-centres @ [9, 3, 1])]
    np.testing.assert_allclose(centres, [features[start:start + 20].mean(0) for start in (0, 20, 40)], rtol=1e-5)
    assert len(cluster_centres(features[:2], 12)) == 2 and cluster_centres(features[:0]).shape == (0, 3)


def test_what_is_kept():
    weight = np.array([[4, 0, 0, 2], [0, 4, 0, 2], [0, 0, 4, 0]], dtype=np.float32)  # of three classes
    inside = blobs(np.eye(4), [3, 1, 0.5, 1])
    outside = blobs(np.eye(4), [3, 3, 3, 1])  # sure, of two other classes, unsure
    found = class_prototypes(Pixels(inside, outside), weight, 0, k=4)
    assert not found.fallback
    np.testing.assert_allclose(found.centres, inside[:20].mean(0, keepdims=True), rtol=1e-5)
    np.testing.assert_allclose(found.context, outside[60:].mean(0, keepdims=True), rtol=1e-5)
    wide = class_prototypes(Pixels(inside, outside), weight, 0, k=4, centre_thr=0.3, context_thr=(0, 1))
    assert len(wide.centres) == 2 and len(wide.context) == 4
    best = class_prototypes(Pixels(inside[20:], outside[:0]), weight, 0, k=3)  # none is sure
    assert best.fallback and best.context.shape == (0, 4)
    np.testing.assert_allclose(best.centres, inside[60:].mean(0, keepdims=True), rtol=1e-5)
    nowhere = class_prototypes(Pixels(inside[:0], outside), weight, 2, k=4)  # a map of zeros
    assert nowhere.fallback and nowhere.context.shape == (0, 4)
    np.testing.assert_allclose(nowhere.centres, outside[40:60].mean(0, keepdims=True), rtol=1e-5)
    with pytest.raises(InputError, match=message_names('class 2', 'mask_thr')):
        class_prototypes(Pixels(inside[:0], outside[:0]), weight, 2)


def looped_cam(feat, centres, context):
    """Pixel by pixel, prototype by prototype."""
    result = torch.zeros(len(feat), len(centres), *feat.shape[2:])
    for image, maps in zip(feat, result, strict=True):
        for index, (own, around) in enumerate(zip(centres, context, strict=True)):
            for row in range(feat.shape[2]):
                for column in range(feat.shape[3]):
                    cosines = [torch.stack([F.cosine_similarity(image[:, row, column], torch.from_numpy(one), dim=0)
                                            for one in group]).mean() if len(group) else 0 for group in (own, around)]
                    maps[index, row, column] = max(cosines[0] - cosines[1], 0)
    return result


def test_classes_without_images_are_named():
    labels = np.array([[1, 0, 1], [0, 0, 1]])
    check_classes(labels[:, [0, 2]], ['cat', 'dog'])
    with pytest.raises(InputError, match=message_names('1 of 3', 'bus')):
        check_classes(labels, ['cat', 'bus', 'dog'])


def test_maps_equal_a_loop():
    rng = np.random.default_rng(0)
    centres = [rng.random((count, 6)).astype(np.float32) for count in (3, 1)]
    context = [rng.random((count, 6)).astype(np.float32) for count in (0, 2)]
    feat = torch.rand(2, 6, 3, 4)
    found = prototype_cam(feat, *(torch.from_numpy(pad_rows(rows, 6, 5)) for rows in (centres, context)))
    torch.testing.assert_close(found, looped_cam(feat, centres, context))
    assert (found[:, 1] == 0).any() and (found > 0).any()
