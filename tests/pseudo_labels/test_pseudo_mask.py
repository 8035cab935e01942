"""Pseudo masks from probabilities, against the authors' results."""
import numpy as np
import torch
from virtual_device import DEVICE, VirtualDevice

from mmwsss.pseudo_labels import pseudo_mask


def one_hot(label, classes):
    """`(N, H, W)` with 255 as `(N, C, H, W)`, empty where a pixel is dropped."""
    return np.stack([label.numpy() == index for index in range(classes)], axis=1)


def test_golden(golden):
    data = golden('onestage')
    probs = torch.from_numpy(data['pm_mask'])
    np.testing.assert_array_equal(one_hot(pseudo_mask(probs), 6), data['pm_gt'])
    found = pseudo_mask(probs, fg_factor=0.5, floor=0.35)
    np.testing.assert_array_equal(one_hot(found, 6), data['pm_gt_t5_l35'])


def test_by_hand():
    probs = torch.zeros(1, 3, 1, 5)
    probs[0, :, 0] = torch.tensor([[.8, .5, .5, .6, .1], [.1, .1, .4, .3, .15], [0., 0, 0, 0, .9]])
    # thresholds 0.56, 0.24, 0.54: the first is background, the second nothing, the fourth two classes
    assert pseudo_mask(probs).tolist() == [[[0, 255, 1, 255, 2]]]
    assert (pseudo_mask(torch.full((1, 2, 1, 1), .2), floor=.2) == 255).all()  # "above", not "at least"


def test_on_a_device():
    probs = torch.rand(2, 4, 6, 5)
    with VirtualDevice():
        found = pseudo_mask(probs.to(DEVICE)).cpu()
    assert torch.equal(found, pseudo_mask(probs))
