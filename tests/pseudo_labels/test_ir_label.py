"""Affinity labels, against the reference's and cases by hand."""
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from message_names import message_names
from PIL import Image

from mmwsss.pseudo_labels import cam_to_ir_label, dense_crf
from mmwsss.utils.errors import InputError

IMAGE = np.full((24, 30, 3), 127, np.uint8)


@pytest.mark.parametrize('backend', ['torch', 'pydensecrf'])
def test_reference(golden, backend):
    if backend == 'pydensecrf':
        pytest.importorskip('pydensecrf')
    data = golden('irn')
    label = cam_to_ir_label(data['ir_pic'], data['ir_cams'], data['ir_keys'] - 1,
                            refine=partial(dense_crf, backend=backend))
    assert label.dtype == np.uint8 and label.shape == (60, 80)
    assert set(np.unique(data['ir_label'])) == {0, 4, 15, 255}
    assert (label == data['ir_label']).mean() > 0.995


def test_thresholds_and_classes_by_hand():
    """Wide stripes of one value each, on an image without edges, keep their seeds."""
    cam = np.zeros((2, 24, 120), np.float32)
    cam[0, :, :40], cam[0, :, 40:80], cam[1, :, 80:] = 0.9, 0.15, 0.5
    image = np.zeros((24, 120, 3), np.uint8)
    image[:, 40:80], image[:, 80:] = 120, 240
    label = cam_to_ir_label(image, cam, np.array([6, 13]))
    np.testing.assert_array_equal(label, np.repeat([[7] * 40 + [255] * 40 + [14] * 40], 24, axis=0))
    label = cam_to_ir_label(image, cam, np.array([6, 13]), fg_thr=0.6, bg_thr=0.2)
    np.testing.assert_array_equal(label, np.repeat([[7] * 40 + [0] * 40 + [255] * 40], 24, axis=0))


def test_keys_need_no_order():
    cam = np.zeros((2, 24, 30), np.float32)
    cam[0, :, :15], cam[1, :, 15:] = 0.9, 0.9
    label = cam_to_ir_label(IMAGE, cam, np.array([19, 0]))
    assert (label[:, :12] == 20).all() and (label[:, 18:] == 1).all()


def test_small_maps_are_resized(golden):
    data = golden('irn')
    small = F.avg_pool2d(torch.tensor(data['ir_cams']), 4)
    full = F.interpolate(small[None], size=(60, 80), mode='bilinear', align_corners=False)[0]
    label = cam_to_ir_label(data['ir_pic'], small.numpy().astype(np.float16), data['ir_keys'] - 1)
    expected = cam_to_ir_label(data['ir_pic'], full.numpy(), data['ir_keys'] - 1)
    assert (label == expected).mean() > 0.999
    assert (label == data['ir_label']).mean() > 0.9


def test_without_activation():
    none = cam_to_ir_label(IMAGE, np.zeros((0, 6, 8), np.float32), np.zeros(0, np.int64))
    zero = cam_to_ir_label(IMAGE, np.zeros((2, 6, 8), np.float32), np.array([3, 4]))
    assert none.shape == zero.shape == (24, 30) and none.dtype == np.uint8
    assert not none.any() and not zero.any()
    assert (cam_to_ir_label(IMAGE, np.ones((1, 6, 8), np.float32), np.array([3])) == 4).all()


def test_real_image_is_mostly_right_where_confident(voc6):
    """A blurred mask plays the CAM: what is confident lies inside the mask or outside it."""
    name = '2007_000783'
    image = np.array(Image.open(voc6 / 'JPEGImages' / f'{name}.jpg'))[:200, :200]
    mask = np.array(Image.open(voc6 / 'SegmentationClass' / f'{name}.png'))[:200, :200]
    mask[mask == 255] = 0
    classes = np.unique(mask)[1:]
    cam = F.avg_pool2d(torch.tensor(mask == classes[:, None, None]).float(), 61, 1, 30)
    cam = F.interpolate(cam[None], scale_factor=0.25, mode='bilinear')[0]
    cam = cam / cam.amax(dim=(1, 2), keepdim=True)
    label = cam_to_ir_label(image, cam.numpy(), classes.astype(np.int64) - 1)
    confident = label != 255
    assert set(np.unique(label)) == {0, *classes.tolist(), 255}
    assert 0.5 < confident.mean() < 1
    assert (label == mask)[confident].mean() > 0.9


CAM = np.zeros((1, 6, 8), np.float32)


@pytest.mark.parametrize(('image', 'cam', 'keys', 'thresholds', 'named'), [
    (IMAGE / 255, CAM, [0], (.3, .05), ['float64', IMAGE.shape]),
    (IMAGE[..., 0], CAM, [0], (.3, .05), [IMAGE.shape[:2]]),
    (IMAGE, CAM[0], [0], (.3, .05), [(6, 8), (1, )]),
    (IMAGE, CAM, [0, 1], (.3, .05), [(1, 6, 8), (2, )]),
    (IMAGE, CAM[:, :0], [0], (.3, .05), [(1, 0, 8)]),
    (IMAGE, CAM + np.nan, [0], (.3, .05), ['CAM']),
    (IMAGE, CAM, [-1], (.3, .05), ['keys', [-1], 253]),
    (IMAGE, CAM, [254], (.3, .05), ['keys', [254], 253]),
    (IMAGE, CAM, [1.5], (.3, .05), ['keys', [1.5]]),
    (IMAGE, CAM, [0], (.05, .3), [.05, .3]),
    (IMAGE, CAM, [0], (30, 5), [30, 5]),
])
def test_bad_input(image, cam, keys, thresholds, named):
    with pytest.raises(InputError, match=message_names(*named)):
        cam_to_ir_label(image, cam, np.array(keys), *thresholds)


def test_another_local_refinement():
    """It gets the image, and the seeds of the strict and of the lenient threshold at once."""
    seen = []

    def keep(image, scores):
        seen.append((image, scores))
        return scores

    cam = np.zeros((1, 24, 30), np.float32)
    cam[0, :, :10], cam[0, :, 10:20] = 0.9, 0.15
    image = np.random.randint(0, 256, (24, 30, 3), dtype=np.uint8)
    label = cam_to_ir_label(image, cam, np.array([6]), refine=keep, gt_prob=0.6)
    np.testing.assert_array_equal(label, np.repeat([[7] * 10 + [255] * 10 + [0] * 10], 24, axis=0))
    (given, scores), = seen
    assert torch.equal(given, torch.from_numpy(image).permute(2, 0, 1))
    torch.testing.assert_close(scores[:, 1, 0, ::10], torch.tensor([[0.6, 0.4, 0.4], [0.6, 0.6, 0.4]]))
