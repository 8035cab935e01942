"""Averages over scales and mirror images; the recorded ones are in tests/models/segmentors."""
import torch
import torch.nn.functional as F
from virtual_device import DEVICE, VirtualDevice

from mmwsss.pseudo_labels import average_masks, final_probs
from mmwsss.pseudo_labels.mask_average import pad_centred


def test_padding_is_centred():
    images = torch.rand(2, 3, 5, 8)
    padded, place = pad_centred(images, 10)
    assert padded.shape == (2, 3, 10, 10) and place == (2, 1, 5, 8)
    assert torch.equal(padded[:, :, 2:7, 1:9], images) and torch.isclose(padded.sum(), images.sum())
    padded, place = pad_centred(images, 6)  # one side is longer already
    assert padded.shape == (2, 3, 6, 8) and place == (0, 0, 5, 8)
    assert torch.equal(pad_centred(images, None)[0], images)


def test_mirror_images_are_flipped_after_the_padding_is_cut():
    probs = torch.rand(2, 3, 9, 9)
    found = average_masks([(probs, (1, 2, 4, 6))], (8, 12))
    cut = probs[:, :, 1:5, 2:8]
    both = torch.stack([cut[0], cut[1].flip(-1)])
    wanted = F.interpolate(both, size=(8, 12), mode='bilinear', align_corners=False).mean(0)
    torch.testing.assert_close(found, wanted)


def test_final_probabilities():
    probs = torch.full((3, 2, 2), 0.5)
    found = final_probs(probs, torch.tensor([True, False]), bg_power=2)
    assert found[:, 0, 0].tolist() == [0.25, 0.5, 0]


def test_on_a_device():
    probs = torch.rand(2, 3, 9, 9)
    with VirtualDevice():
        assert torch.equal(average_masks([(probs.to(DEVICE), (1, 2, 4, 6))], (8, 12)).cpu(),
                           average_masks([(probs, (1, 2, 4, 6))], (8, 12)))
