"""AffinityNet's walk, against the authors' code (PSA, and SEAM's copy with its settings)."""
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from message_names import message_names
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from reference_affinity import golden_affinity_net

from mmwsss.pseudo_labels import random_walk
from mmwsss.utils.errors import InputError

SEAM = dict(alpha=6, steps=64, shrink_radius=True)


def golden_case(arrays, prefix, **test_cfg):
    """The network with golden levels, an image of that size, and the sample with the CAM."""
    model = golden_affinity_net(**test_cfg)
    model.backbone.levels = [torch.tensor(arrays[f'{prefix}_conv{index}']).float() for index in (4, 5, 6)]
    cam = torch.tensor(arrays[f'{prefix}_cam']).float()
    sample = SegDataSample(metainfo=dict(ori_shape=tuple(cam.shape[1:])))
    sample.cam, sample.cam_keys = PixelData(data=cam), torch.tensor(arrays[f'{prefix}_keys'])
    return model, torch.zeros(3, *cam.shape[1:]), sample


def walked(model, image, sample):
    with torch.no_grad():
        maps = model.maps(image)
        return random_walk(model.transition(maps), model.seed(sample.cam.data, maps), model.test_cfg['steps'])


@pytest.mark.parametrize(('file', 'prefix', 'suffix', 'test_cfg'), [
    ('psa', 'rw', '', {}), ('psa', 'rw', '_a24', dict(alpha=24)), ('psa_seam', 'rw', '', SEAM),
    ('psa_seam', 'rws', '', SEAM)])
def test_golden_walks_and_labels(golden, file, prefix, suffix, test_cfg):
    arrays = golden(file)
    model, image, sample = golden_case(arrays, prefix, **test_cfg)
    np.testing.assert_allclose(walked(model, image, sample), arrays[f'{prefix}_out{suffix}'], atol=2e-4)
    label = model.predict([image], [sample])[0].pred_sem_seg.data[0].numpy()
    assert (label != arrays[f'{prefix}_label{suffix}']).mean() < 1e-3


@pytest.mark.parametrize(('file', 'prefix', 'test_cfg'), [('psa', 'rw', {}), ('psa_seam', 'rws', SEAM)])
def test_golden_affinities(golden, file, prefix, test_cfg):
    arrays = golden(file)
    model, image, _ = golden_case(arrays, prefix, **test_cfg, beta=1)
    with torch.no_grad():
        dense = model.transition(model.maps(image)).dense()
    np.testing.assert_allclose(dense, arrays[f'{prefix}_aff'], atol=1e-5)


def test_the_border_matters(golden):
    """With all pairs up to the border, the walked values differ by up to 0.47 (README of the golden)."""
    psa = golden('psa')
    model, image, sample = golden_case(psa, 'rw', border='all')
    assert np.abs(walked(model, image, sample).numpy() - psa['rw_out']).max() == pytest.approx(0.47, abs=0.005)


def test_the_strongest_of_all_wins(golden):
    model, image, sample = golden_case(golden('psa'), 'rw')
    full = F.interpolate(walked(model, image, sample)[None], scale_factor=8, mode='bilinear')[0]
    full = full[:, :image.shape[1], :image.shape[2]]
    found = model.predict([image], [sample])[0]
    assert torch.equal(found.pred_sem_seg.data[0], torch.tensor([0, 5, 15])[full.argmax(0)])
    score = full[1:].amax(0) / (full[0] + full[1:].amax(0))
    torch.testing.assert_close(found.cam_winner.score[0], score)
    model.test_cfg['bg_thr'] = 0.8
    stricter = model.predict([image], [sample])[0].pred_sem_seg.data[0]
    assert torch.equal(stricter != 0, score > 0.8)


def test_scores_of_an_almost_absent_background():
    """The classes still differ where the background is lost in rounding."""
    walk = torch.tensor([1e-12, 0.2, 0.7])[:, None, None].expand(3, 2, 2)
    scores = golden_affinity_net().scores(walk, (16, 16))
    torch.testing.assert_close(scores[:, 3, 3], torch.tensor([2 / 7, 1]))
    assert not golden_affinity_net().scores(torch.zeros(3, 2, 2), (16, 16)).any()


def test_seeds_are_means_of_a_padded_cam():
    model = golden_affinity_net()
    cam = torch.rand(2, 20, 30)
    seed = model.seed(cam, {})
    assert seed.shape == (3, 3, 4)
    with_background = torch.cat([(1 - cam.amax(0, keepdim=True))**16, cam])
    torch.testing.assert_close(seed[:, 0, 1], with_background[:, :8, 8:16].mean((1, 2)))
    # the last block has 4 x 6 pixels of the image
    torch.testing.assert_close(seed[:, 2, 3], with_background[:, 16:, 24:].sum((1, 2)) / 64)


@pytest.mark.parametrize(('size', 'expected'), [((8, 13), 3), ((11, 11), 5), ((40, 40), 5), ((10, 30), 4), ((1, 9), 1)])
def test_the_radius_of_small_maps(size, expected):
    assert golden_affinity_net(shrink_radius=True).radius(size) == expected
    assert golden_affinity_net().radius(size) == 5


def test_maps_too_small_for_pairs_keep_the_cam():
    """The authors' program stops there."""
    model = golden_affinity_net()
    model.backbone.levels = [torch.rand(1, channels, 3, 4) for channels in (24, 32, 48)]
    sample = SegDataSample(metainfo=dict(ori_shape=(24, 32)))
    sample.cam, sample.cam_keys = PixelData(data=torch.zeros(1, 24, 32)), torch.tensor([2])
    sample.cam.data[:, 8:16, 8:24] = 1
    label = model.predict([torch.zeros(3, 24, 32)], [sample])[0].pred_sem_seg.data[0]
    assert (label[11:13, 12:20] == 3).all() and not label[:6].any() and not label[18:].any()


def test_a_sample_without_labels_is_named():
    sample = SegDataSample(metainfo=dict(img_path='a.jpg'))
    with pytest.raises(InputError, match=message_names('a.jpg', 'affinity_label', 'AffinityLabel')):
        golden_affinity_net().loss(torch.zeros(1, 3, 16, 16), [sample])
    with pytest.raises(InputError, match=message_names('a.jpg', 'affinity_label', 'AffinityLabel')):
        golden_affinity_net().check_samples([sample])
    sample.affinity_label = torch.zeros(2, 2)
    golden_affinity_net().check_samples([sample])


def test_bad_border():
    with pytest.raises(InputError, match=message_names('border', 'none', 'sources', 'all')):
        golden_affinity_net(border='none')
