"""SEAM's merging rule, and the seeds made of its maps, against recorded tensors."""
import numpy as np
import pytest
import torch
from mmseg.registry import TASK_UTILS
from reference_seam import tensors

from mmwsss.models import DenseCRF
from mmwsss.models.heads.pixel_correlation import resize_aligned
from mmwsss.pseudo_labels.cam import merge_cams, winner

SCALES = (0.5, 1.0, 1.5, 2.0)


def enlarged(data):
    """The head's maps of every scale, at the size of the scaled image; mirror images flipped back."""
    size = data['inf_pic'].shape[:2]
    cams = []
    for index, scale in enumerate(SCALES):
        scaled = [round(side * scale) for side in size]
        pair = [resize_aligned(maps[None], scaled)[0]
                for maps in tensors(data, f'inf_raw{2 * index}', f'inf_raw{2 * index + 1}')]
        cams.append(torch.stack([pair[0], pair[1].flip(-1)]))
    return cams


def test_golden_inference(golden):
    data = golden('seam')
    keys = torch.from_numpy(data['inf_keys'])
    small, large = merge_cams(enlarged(data), data['inf_pic'].shape[:2], TASK_UTILS.build(dict(type='SumMinMax')))
    np.testing.assert_allclose(large, data['inf_cam'], atol=1e-5)
    assert large.min() < -0.5 and small.shape == (2, 18, 23)
    score, label = winner(large, keys)
    assert (torch.where(score > 0.26, label, 0).numpy() == data['inf_pred']).mean() > 0.999


@pytest.mark.parametrize('backend', ['torch', 'pydensecrf'])
def test_golden_crf_scores(golden, backend):
    data = golden('seam')
    cam, = tensors(data, 'inf_cam')
    scores = torch.cat([(1 - cam.amax(dim=0, keepdim=True))**24, cam]).clamp(0, 1)
    crf = DenseCRF(gaussian_sxy=3, gaussian_compat=3, bilateral_sxy=80, bilateral_srgb=13, bilateral_compat=10,
                   min_prob=0, backend=backend)
    image = torch.from_numpy(data['inf_pic'].transpose(2, 0, 1).copy())
    np.testing.assert_allclose(crf.refine(image, scores), data['inf_crf24'], atol=1e-4)


def test_the_trap_and_without_it():
    cams = [torch.tensor([[[[2.0, 2.000005, 3.0, 4.0]]]])]
    released = TASK_UTILS.build(dict(type='SumMinMax'))(cams, (1, 4)).flatten()
    np.testing.assert_allclose(released, [-1, -1, 0.5, 1], atol=2e-5)  # -min / (max - min)
    without = TASK_UTILS.build(dict(type='SumMinMax', negative_minimum=False))(cams, (1, 4)).flatten()
    np.testing.assert_allclose(without, [0, 0, 0.5, 1], atol=2e-5)
    weak = [torch.tensor([[[[0, 1e-3, 2e-3]]]])]  # where 1e-5 counts
    found = TASK_UTILS.build(dict(type='SumMinMax'))(weak, (1, 3)).flatten()
    np.testing.assert_allclose(found, [-1e-5 / 2.01e-3, 0.99e-3 / 2.01e-3, 1.99e-3 / 2.01e-3], rtol=1e-4)
