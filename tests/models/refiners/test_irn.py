import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from reference_irnet import golden_irnet, irnet_resnet50

from mmwsss.pseudo_labels import instance_masks, random_walk, walk_to_label
from mmwsss.utils.errors import InputError


@pytest.fixture(scope='module')
def network():
    return golden_irnet(min_size=128)


def test_golden_boundary_and_displacement(network, golden):
    irn = golden('irn')
    network.train()
    with torch.no_grad():
        boundary, displacement = network(torch.tensor(irn['img']), mode='tensor')
    np.testing.assert_allclose(boundary.numpy(), irn['edge_logit'], atol=1e-4)
    np.testing.assert_allclose(displacement.numpy(), irn['disp_train'], atol=1e-4)


def test_golden_losses_and_gradients(network, golden):
    irn = golden('irn')
    network.train()
    network.zero_grad()
    samples = []
    for labels in irn['seg']:
        sample = SegDataSample()
        # at stride 4 the label of pixel 4i + 2 counts, the others are traps
        full = torch.full((1, 128, 128), 7, dtype=torch.uint8)
        full[:, 2::4, 2::4] = torch.tensor(labels)
        sample.gt_sem_seg = PixelData(data=full)
        samples.append(sample)
    losses = network(torch.tensor(irn['img']), samples, mode='loss')
    names = ('loss_pos_affinity', 'loss_neg_affinity', 'loss_fg_displacement', 'loss_bg_displacement')
    np.testing.assert_allclose([2 * losses[name].item() for name in names], irn['losses'][:4], rtol=1e-4)
    total = sum(losses.values())
    assert total.item() == pytest.approx(irn['losses'][4], rel=1e-4)
    total.backward()
    np.testing.assert_allclose(network.head.boundary_out.weight.grad.numpy(), irn['grad_edge6'], atol=1e-5)
    norm = network.head.displacement_out.weight.grad.norm().item()
    assert norm == pytest.approx(float(irn['grad_dp7_norm']), rel=1e-3)
    assert all(parameter.grad is None for parameter in network.backbone.parameters())
    assert all(parameter.grad is not None for parameter in network.head.parameters())


def test_golden_inference_on_the_padded_mirror_pair(network, golden):
    irn = golden('irn')
    network.eval()
    with torch.no_grad():
        boundary, displacement = network.edge_displacement(torch.tensor(irn['ed_img']))
    np.testing.assert_allclose(boundary.numpy(), irn['ed_edge'], atol=1e-5)
    np.testing.assert_allclose(displacement.numpy(), irn['ed_disp'], atol=1e-4)


def test_the_backbone_is_never_trained(network):
    network.train()
    assert network.training and network.head.training
    assert not any(module.training for module in network.backbone.modules())
    assert not any(parameter.requires_grad for parameter in network.backbone.parameters())


def with_cam(size, keys, cam, **meta):
    sample = SegDataSample(metainfo=dict(ori_shape=size, **meta))
    sample.cam, sample.cam_keys = PixelData(data=cam), torch.tensor(keys)
    return sample


def test_predict_walks_the_cams(network):
    network.eval()
    image, cam = torch.randn(3, 50, 70), torch.rand(2, 13, 18)
    sample = network.predict([image], [with_cam((50, 70), [4, 1], cam)])[0]
    assert sample.boundary.data.shape == (1, 13, 18) and sample.displacement.data.shape == (2, 13, 18)
    walk = random_walk(cam, sample.boundary.data, 5, 10, 256)
    expected = walk_to_label(walk, torch.tensor([4, 1]), (50, 70), bg_thr=0.25)
    torch.testing.assert_close(sample.pred_sem_seg.data[0], expected)
    foreground = sample.cam_winner.score > 0.25
    torch.testing.assert_close(torch.where(foreground, sample.cam_winner.label, 0), sample.pred_sem_seg.data)


def test_predict_resizes_cams_of_another_size_and_results_to_the_original(network):
    network.eval()
    image, cam = torch.randn(3, 50, 70), torch.rand(1, 50, 70)
    sample = network.predict([image], [with_cam((100, 140), [3], cam)])[0]
    assert sample.pred_sem_seg.data.shape == (1, 100, 140)
    resized = F.interpolate(cam[None], size=(13, 18), mode='bilinear', align_corners=False)[0]
    other = network.predict([image], [with_cam((50, 70), [3], resized)])[0]
    double = F.interpolate(other.cam_winner.score[None], size=(100, 140), mode='bilinear', align_corners=False)[0]
    torch.testing.assert_close(sample.cam_winner.score, double, atol=1e-5, rtol=0)


@pytest.mark.parametrize('size', [(1, 1), (3, 9), (140, 20)])
def test_predict_any_size_and_cams_without_classes_or_activation(network, size):
    network.eval()
    small = tuple(-(-side // 4) for side in size)
    images = [torch.randn(3, *size) for _ in range(3)]
    samples = [with_cam(size, [], torch.zeros(0, *small)), with_cam(size, [2], torch.zeros(1, *small)),
               with_cam(size, [2], torch.ones(1, *small))]
    none, silent, full = network.predict(images, samples)
    assert none.pred_sem_seg.data.shape == (1, *size) and (none.pred_sem_seg.data == 0).all()
    assert (silent.pred_sem_seg.data == 0).all()
    assert (full.pred_sem_seg.data == 3).any() and full.cam_winner.score.max() == pytest.approx(1, abs=1e-5)


def test_predict_without_cams_gives_the_fields_alone(network):
    sample = network.eval().predict(torch.randn(1, 3, 40, 40))[0]
    assert 'pred_sem_seg' not in sample and sample.boundary.data.shape == (1, 10, 10)


def test_crf_after_the_walk(network, tmp_path):
    from PIL import Image
    rng = np.random.default_rng(0)
    image = np.zeros((40, 48, 3), np.uint8)
    image[:, 24:] = 200
    image += rng.integers(0, 10, image.shape, dtype=np.uint8)
    Image.fromarray(image).save(tmp_path / 'a.png')
    cam = torch.zeros(1, 10, 12)
    cam[:, :, 7:] = 1
    network.eval()
    sample = with_cam((40, 48), [5], cam, img_path=str(tmp_path / 'a.png'))
    network.test_cfg['crf'] = dict(steps=5)
    try:
        refined = network.predict([torch.randn(3, 40, 48)], [sample])[0].pred_sem_seg.data[0]
    finally:
        network.test_cfg['crf'] = None
    expected = torch.zeros(40, 48, dtype=torch.long)
    expected[:, 24:] = 6
    assert (refined == expected).float().mean() > 0.99


def test_instances(network, monkeypatch):
    cam, walk = torch.zeros(1, 13, 18), dict(radius=3, beta=2, steps=16)
    cam[:, 2:8, 3:9] = 1
    monkeypatch.setattr(network, 'test_cfg', dict(network.test_cfg, instances=True, bg_thr=0.1, **walk))
    found, none = network.eval().predict([torch.randn(3, 50, 70)] * 2, [
        with_cam((100, 140), [3], cam), with_cam((100, 140), [], torch.zeros(0, 13, 18))])
    instances = found.pred_instances
    wanted = instance_masks(cam, found.cam_keys, found.boundary.data, found.displacement.data, (50, 70), 0.1, **walk)
    assert torch.equal(instances.masks, wanted.masks.repeat_interleave(2, 1).repeat_interleave(2, 2))
    assert torch.equal(instances.labels, wanted.classes) and torch.equal(instances.scores, wanted.scores)
    assert len(instances) >= 1 and instances.masks.shape == (len(instances), 100, 140)
    assert set(instances.labels.tolist()) == {3} and instances.scores.max() == pytest.approx(1, abs=1e-5)
    assert instances.masks.sum(0).max() == 1  # no overlap
    assert len(none.pred_instances) == 0 and none.pred_instances.masks.shape == (0, 100, 140)


def test_logits_in_the_size_of_the_input(network):
    images = torch.randn(1, 3, 40, 52)
    large = F.interpolate(network(images, mode='tensor')[0], size=(40, 52), mode='bilinear', align_corners=False)
    torch.testing.assert_close(network.encode_decode(images), large)


def test_unknown_test_cfg_is_refused():
    with pytest.raises(InputError, match="test_cfg.*'threshold'"):
        irnet_resnet50(threshold=0.3)


def test_padding_is_at_least_min_size_and_else_a_multiple(network, monkeypatch):
    sizes = []
    monkeypatch.setattr(network, 'extract_feat', lambda pair: sizes.append(tuple(pair.shape[2:])))
    monkeypatch.setattr(network, 'head_of_pair', lambda feats: (torch.zeros(2, 1, 64, 64), torch.zeros(1, 2, 64, 64)))
    for size in ((20, 30), (129, 100), (144, 200)):
        network.edge_displacement(torch.zeros(3, *size))
    assert sizes == [(128, 128), (144, 128), (144, 208)]
