"""The boundary network against IRNet's recorded boundary branch, and what BES makes of it."""
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from message_names import message_names
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from reference_irnet import golden_irnet, irnet_resnet50
from reference_network import REPO

from mmwsss.models.losses import boundary_loss
from mmwsss.pseudo_labels import random_walk, walk_to_label
from mmwsss.utils.errors import InputError


def boundary_resnet50(**test_cfg):
    """The published network, untrained."""
    init_default_scope('mmseg')
    return MODELS.build(dict(
        type='BoundaryRefiner',
        backbone=dict(type='ResNetWithStem', depth=50, strides=(1, 2, 2, 1), dilations=(1, 1, 1, 1), style='pytorch',
                      norm_eval=True),
        head=dict(type='BoundaryHead'), test_cfg=test_cfg))


@pytest.fixture(scope='module')
def network():
    """With the weights of the recorded IRNet."""
    model = boundary_resnet50(min_size=128, beta=5)
    weights = golden_irnet().state_dict()
    model.load_state_dict({name: weights[name] for name in model.state_dict()})
    return model


def test_reference_boundary(network, golden):
    irn = golden('irn')
    network.train()
    with torch.no_grad():
        np.testing.assert_allclose(network(torch.tensor(irn['img']), mode='tensor'), irn['edge_logit'], atol=1e-4)
        network.eval()
        boundary = network.maps(torch.tensor(irn['ed_img']))['boundary']
    np.testing.assert_allclose(boundary, irn['ed_edge'], atol=1e-5)


def test_it_is_irnet_without_displacements():
    own, irnet = boundary_resnet50().state_dict(), irnet_resnet50().state_dict()
    assert set(own) == {name for name in irnet if not name.startswith(('head.displacement', 'head.running_mean'))}


def test_loss_of_the_labels_at_stride_4(network):
    network.train()
    network.zero_grad()
    images, samples = torch.randn(2, 3, 62, 85), []
    small = torch.tensor([0, 1, 2, 255], dtype=torch.uint8)[torch.randint(0, 4, (2, 15, 21))]
    for labels in small:
        sample = SegDataSample()
        full = torch.full((1, 62, 85), 2, dtype=torch.uint8)  # traps
        full[:, 2::4, 2::4] = labels
        sample.gt_sem_seg = PixelData(data=full)
        samples.append(sample)
    losses = network(images, samples, mode='loss')
    logits = network(images, mode='tensor')[:, 0, :15, :21]
    expected = boundary_loss(logits, small)
    assert set(losses) == {'loss_inner', 'loss_boundary'}
    for name in losses:
        torch.testing.assert_close(losses[name], expected[name])
    sum(losses.values()).backward()
    assert all(parameter.grad is None for parameter in network.backbone.parameters())
    assert all(parameter.grad.abs().sum() > 0 for parameter in network.head.parameters())


def test_the_published_network_sees_images_at_their_own_size(monkeypatch):
    model = boundary_resnet50(**Config.fromfile(REPO / 'configs/bes_boundary_r50_voc.py').model.test_cfg).eval()
    shapes, levels = [], model.backbone.forward
    monkeypatch.setattr(model.backbone, 'forward', lambda x: shapes.append(tuple(x.shape)) or levels(x))
    image = torch.randn(3, 66, 85)
    boundary = model.maps(image)['boundary']
    assert shapes == [(2, 3, 66, 85)]
    with torch.no_grad():
        logits = model(torch.stack([image, image.flip(-1)]), mode='tensor')
    torch.testing.assert_close(boundary, ((logits[0] + logits[1].flip(-1)) / 2).sigmoid())
    assert boundary.shape == (1, 17, 22)


@pytest.mark.parametrize('power', [1, 1.3])
def test_the_walk_starts_from_a_power_of_the_cam(power):
    model = boundary_resnet50(cam_power=power)
    cam, boundary = torch.rand(2, 7, 9), torch.rand(1, 7, 9)
    torch.testing.assert_close(model.seed(cam, dict(boundary=boundary)), cam**power * (1 - boundary))
    assert boundary_resnet50().test_cfg['cam_power'] == 1
    with pytest.raises(InputError, match=message_names('cam_power', '0')):
        boundary_resnet50(cam_power=0)


def test_a_sample_without_labels_is_named(network):
    sample = SegDataSample(metainfo=dict(img_path='a.jpg'))
    with pytest.raises(InputError, match=message_names('a.jpg', 'seg_map_dir', 'LoadMask')):
        network.loss(torch.zeros(1, 3, 16, 16), [sample])
    with pytest.raises(InputError, match=message_names('a.jpg', 'seg_map_dir', 'LoadMask')):
        network.check_samples([sample])
    sample.gt_sem_seg = PixelData(data=torch.zeros(1, 16, 16))
    network.check_samples([sample])


def test_the_walk(network):
    network.eval()
    cam = torch.rand(2, 13, 18)
    sample = SegDataSample(metainfo=dict(ori_shape=(50, 70)))
    sample.cam, sample.cam_keys = PixelData(data=cam), torch.tensor([4, 1])
    network.predict([torch.randn(3, 50, 70)], [sample])
    walk = random_walk(cam, sample.boundary.data, 5, 5, 256)
    torch.testing.assert_close(sample.pred_sem_seg.data[0],
                               walk_to_label(walk, torch.tensor([4, 1]), (50, 70), bg_thr=0.25))


def test_logits_in_the_size_of_the_input(network):
    images = torch.randn(1, 3, 40, 52)
    large = F.interpolate(network(images, mode='tensor'), size=(40, 52), mode='bilinear', align_corners=False)
    torch.testing.assert_close(network.encode_decode(images), large)
