"""SIPE's head, against tensors recorded from the authors' code, and a loop."""
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from message_names import message_names
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS, TASK_UTILS
from reference_network import samples

from mmwsss.models import Features, SIPEHead
from mmwsss.models.heads import image_prototypes, reactivate, structure_seeds
from mmwsss.models.heads.image_prototypes import add_background
from mmwsss.pseudo_labels import read_cam, write_cam
from mmwsss.utils.errors import InputError


@pytest.fixture(autouse=True)
def _scope():
    init_default_scope('mmseg')


def features(seed=0, images=2):
    """Three levels of 4, 6 and 8 channels."""
    torch.manual_seed(seed)
    levels = tuple(torch.rand(images, channels, *size).requires_grad_()
                   for channels, size in ((4, (12, 16)), (6, (6, 8)), (8, (6, 8))))
    return Features(torch.zeros(images, 3, 96, 128), levels, levels[-1].mean((2, 3)))


def head(**settings):
    torch.manual_seed(1)
    return SIPEHead(3, 8, mid_channels=(4, 6), side_channels=(3, 5, 4), **settings)


def test_golden(golden):
    data = {name.removeprefix('sipe_'): torch.from_numpy(value) for name, value in golden('sipe_amn').items()}
    found = structure_seeds(data['cam'], data['label'], data['sem'])
    np.testing.assert_allclose(found.probs, data['probs'], atol=1e-5)
    assert torch.equal(found.seeds, data['seeds'].float())
    prototypes = image_prototypes(found.seeds, data['hie'])
    np.testing.assert_allclose(prototypes, data['proto'], atol=1e-5)
    np.testing.assert_allclose(reactivate(prototypes, data['hie']), data['iscam'], atol=1e-5)
    classes = data['label'].shape[1] - 1
    made = SIPEHead(classes, 8).image_specific(data['cam'], data['label'], data['sem'], data['hie'])
    np.testing.assert_allclose(made, data['iscam'], atol=1e-5)


def looped_maps(cam, label, semantic, hierarchical, valid=None):
    """Pixel by pixel: the class of the largest overlap, then the mean feature and the cosine; no seeds on padding."""
    result = torch.zeros_like(cam)
    for index in range(len(cam)):
        maps, feat, wide = cam[index].flatten(1), semantic[index].flatten(1), hierarchical[index].flatten(1)
        pixels, found = maps.shape[1], [[] for _ in maps]
        for pixel in range(pixels):
            cosine = torch.stack([F.cosine_similarity(feat[:, pixel], feat[:, other], dim=0)
                                  for other in range(pixels)]).relu()
            overlap = [(cosine * one).sum() / (cosine.sum() + one.sum() - (cosine * one).sum()) for one in maps]
            overlap[0] = overlap[0] / 2
            if valid is None or valid[index].flatten()[pixel]:
                found[int(torch.stack(overlap).argmax())].append(pixel)
        for channel, chosen in enumerate(found):
            if chosen and label[index, channel]:
                prototype = wide[:, chosen].mean(1)
                result[index, channel] = torch.stack([F.cosine_similarity(wide[:, pixel], prototype, dim=0) for pixel in
                                                      range(pixels)]).relu().view(cam.shape[2:])
    return result


@pytest.mark.parametrize('padded', [False, True])
def test_losses_equal_a_loop(padded):
    model, seen, labels = head(gsc_weight=0.5), features(), torch.tensor([[1., 0, 1], [0, 1, 0]])
    data_samples, valid = samples(labels), torch.ones(2, 1, 6, 8)
    if padded:  # cells of 16 pixels; the first pixel of a cell decides
        data_samples[0].set_metainfo(dict(crop_window=(16, 17, 65, 128)))
        valid[0] = 0
        valid[0, :, 1:5, 2:] = 1
    losses = model.loss([seen], data_samples)
    assert set(losses) == {'loss_cls', 'loss_gsc'}
    evidence = model.evidence(seen)
    present = torch.cat([torch.ones(2, 1), labels], dim=1)
    scores = evidence.scores.relu()
    scores = scores / (scores.amax((2, 3), keepdim=True) + 1e-5)
    cam = torch.cat([1 - scores.amax(1, keepdim=True), scores], dim=1) * present[..., None, None] * valid
    maps = looped_maps(cam, present, seen.levels[-1], evidence.hierarchical, valid)
    maps = maps / (maps.amax((2, 3), keepdim=True) + 1e-5)
    torch.testing.assert_close(losses['loss_gsc'], 0.5 * (cam - maps).abs().mean(), atol=1e-5, rtol=0)


def test_what_learns():
    model, seen = head(), features()
    model.loss([seen], samples([[1, 0, 1], [0, 1, 0]]))['loss_gsc'].backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in model.parameters())
    assert seen.levels[-1].grad.abs().sum() > 0  # through the class maps
    assert all(level.grad is None for level in seen.levels[:-1])


def test_hierarchical_features():
    model, seen = head(), features()
    found = model.hierarchical(seen)
    assert found.shape == (2, 12, 6, 8)
    for part in (found[:, 3:8], found[:, 8:]):  # those that were not resized
        torch.testing.assert_close(part.norm(dim=1), torch.ones(2, 6, 8), atol=1e-3, rtol=0)
    finer = model.sides[0](seen.levels[0])
    finer = F.normalize(finer, dim=1)  # before it is resized to half: bilinearly, that is the mean of 2 x 2 pixels
    torch.testing.assert_close(found[:, :3], F.avg_pool2d(finer, 2), atol=1e-4, rtol=0)
    assert SIPEHead(3, 8).side_channels == (128, 128, 256, 256)


@pytest.mark.parametrize('seeds_from', ['hierarchical', 'semantic'])
def test_maps_of_images_and_their_mirror_images(seeds_from):
    model, seen = head(seeds_from=seeds_from).eval(), features()
    wide = model.hierarchical(seen)
    cam = add_background(model.evidence(seen).scores)
    wanted = looped_maps(cam, torch.ones(2, 4), seen.levels[-1] if seeds_from == 'semantic' else wide, wide)
    torch.testing.assert_close(model.cam(seen), wanted[:, 1:], atol=1e-5, rtol=0)

    both = Features(seen.image, tuple(torch.cat([level, level.flip(-1)]) for level in seen.levels), None)
    torch.testing.assert_close(model.cam_of_mirrored(both), model.cam(seen), atol=1e-5, rtol=0)  # the same evidence
    other = features(seed=3)
    both = Features(seen.image, tuple(map(torch.cat, zip(seen.levels, other.levels, strict=True))), None)
    straight, mirrored = model.evidence(both).hierarchical.chunk(2)
    wide = straight + mirrored.flip(-1)
    scores = model.classifier(seen.levels[-1] + other.levels[-1].flip(-1))
    semantic = wide if seeds_from == 'hierarchical' else seen.levels[-1] + other.levels[-1].flip(-1)
    wanted = looped_maps(add_background(scores), torch.ones(2, 4), semantic, wide)
    torch.testing.assert_close(model.cam_of_mirrored(both), wanted[:, 1:], atol=1e-5, rtol=0)


def test_the_strongest_of_classes_and_background_wins():
    model, seen = head(with_background=True).eval(), features()
    maps = model.cam(seen)
    assert maps.shape == (2, 3, 2, 6, 8) and torch.equal(maps[:, 0, 1], maps[:, 2, 1])
    rule, size = TASK_UTILS.build(dict(type='AgainstBackground')), (12, 16)
    other = torch.rand(2, 2, 2, 3, 4)
    other[:, 1, 1] = other[:, 0, 1]  # the background is that of all classes
    cams = [maps[:, :2].detach(), other]  # of two classes, two scales
    merged = rule(cams, size)
    total = sum(F.interpolate(cam.sum(0).flatten(0, 1)[None], size=size, mode='bilinear')[0] for cam in cams)
    total = (total / (total.amax((1, 2), keepdim=True) + 1e-5)).unflatten(0, (2, 2))
    together = torch.cat([total[:1, 1], total[:, 0]])  # background, class, class
    assert torch.equal(torch.where(merged.amax(0) > 0.5, merged.argmax(0) + 1, 0), together.argmax(0))
    assert torch.equal(merged > 1 / 3, total[:, 0] > total[:, 1] / 2)
    assert rule([cam[:, :0] for cam in cams], size).shape == (0, *size)


def test_float16_files_keep_the_order_of_classes_without_background(tmp_path):
    """Maps of cosines are exactly 0 in large parts, also the background's."""
    rule, size = TASK_UTILS.build(dict(type='AgainstBackground')), (12, 16)
    classes = torch.linspace(0.2, 1, 12).reshape(1, 1, 3, 4)
    cams = [torch.stack([torch.cat([classes.flip(-1), classes], dim=1), torch.zeros(1, 2, 3, 4)], dim=2)]
    merged = rule(cams, size)
    write_cam(tmp_path / 'a.npz', merged, torch.tensor([0, 1]), (48, 64), ('cat', 'dog'))
    stored = read_cam(tmp_path / 'a.npz').cam
    apart = (merged[0] - merged[1]).abs() > 1e-3
    assert apart.float().mean() > 0.9
    assert np.array_equal(stored.argmax(0)[apart], merged.argmax(0)[apart])
    assert len(np.unique(stored)) > 20


def test_features_and_maps_of_zeros_are_no_error():
    found = structure_seeds(torch.zeros(1, 3, 2, 2), torch.ones(1, 3), torch.zeros(1, 4, 2, 2))
    assert found.probs.isfinite().all() and found.seeds.sum() == 4
    assert not reactivate(torch.zeros(1, 3, 4), torch.rand(1, 4, 2, 2)).any()


def test_bad_settings():
    with pytest.raises(InputError, match=message_names('seeds_from', 'labels')):
        head(seeds_from='labels')
    with pytest.raises(InputError, match=message_names('side_channels', 4)):
        SIPEHead(3, 8, side_channels=(1, 2))
    with pytest.raises(InputError, match=message_names(3, 1, 'out_indices')):
        head().check([8], [])
    with pytest.raises(InputError, match=message_names('mid_channels=(5, 6)', 'in_channels=9')):
        head().check([5, 6, 9], [])
    head().check([2, 4, 6, 8], [])  # further levels are not used
    assert MODELS.get('SIPEHead') is SIPEHead
