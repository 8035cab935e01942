"""AffinityNet's features and losses, against the authors' code."""
import numpy as np
import pytest
import torch
from message_names import message_names
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from reference_affinity import golden_affinity_net, in_scan_order

from mmwsss.models import AffinityHead
from mmwsss.models.losses.affinity import affinity_losses, pair_affinity, pair_kinds
from mmwsss.utils.errors import InputError

LOSSES = ('loss_background_affinity', 'loss_foreground_affinity', 'loss_negative_affinity')


@pytest.fixture
def levels(golden):
    return [torch.tensor(golden('psa')[f'head_conv{index}']).float().requires_grad_() for index in (4, 5, 6)]


def test_golden_affinities(golden, levels):
    head = golden_affinity_net().head
    affinity = head.affinity(head(levels)).detach().flatten(2).numpy()
    np.testing.assert_allclose(in_scan_order(affinity, 1), golden('psa')['head_aff'], atol=1e-5)


def test_golden_losses_and_gradients(golden, levels):
    psa, model = golden('psa'), golden_affinity_net().train()
    model.backbone.levels = levels
    samples = [SegDataSample(), SegDataSample()]
    for index, sample in enumerate(samples):
        sample.affinity_label = torch.tensor(psa[f'lab{index}_label'])
    losses = model(torch.zeros(2, 3, 96, 96), samples, mode='loss')
    assert tuple(losses) == LOSSES
    for name, weight, expected in zip(LOSSES, (0.25, 0.25, 0.5), psa['head_losses'], strict=False):
        assert losses[name].item() == pytest.approx(weight * expected, abs=1e-5)
    total = sum(losses.values())
    assert total.item() == pytest.approx(psa['head_losses'][3], abs=1e-5)
    labels = torch.stack([sample.affinity_label for sample in samples])
    _, counts = affinity_losses(model.head.affinity(model.head(levels)), pair_kinds(labels))
    np.testing.assert_allclose(counts, psa['head_counts'], rtol=1e-6)

    total.backward()
    layers = zip(('f8_3', 'f8_4', 'f8_5', 'f9'), (*model.head.levels, model.head.joint), strict=True)
    found = [(name, layer.weight.grad, layer.weight.grad[:16, :16, 0, 0]) for name, layer in layers]
    found += [(f'conv{index}', level.grad, level.grad[:, :4]) for index, level in zip((4, 5, 6), levels, strict=True)]
    for name, whole, part in found:
        expected = psa[f'grad_{name}']
        np.testing.assert_allclose(part, expected, atol=1e-3 * np.abs(expected).max(), err_msg=name)
        assert whole.norm().item() == pytest.approx(float(psa[f'grad_{name}_norm']), rel=1e-3)


def test_the_papers_weights(golden, levels):
    psa = golden('psa')
    labels = torch.tensor(np.stack([psa['lab0_label'], psa['lab1_label']]))
    losses = golden_affinity_net(head=dict(loss_weights=(1, 1, 2))).head.loss(levels, labels)
    assert sum(losses.values()).item() == pytest.approx(4 * psa['head_losses'][3], abs=1e-4)


def test_the_papers_sum_over_channels(levels):
    head = golden_affinity_net(head=dict(reduction='sum')).head
    features = head(levels)
    torch.testing.assert_close(head.affinity(features), pair_affinity(features, reduction='sum'))


def test_group_norm_of_vgg16():
    init_default_scope('mmseg')
    head = MODELS.build(dict(type='AffinityHead', in_channels=(512, 512, 1024), norm_groups=(8, 16, 32)))
    assert [(norm.num_groups, norm.num_channels) for norm in head.norms] == [(8, 64), (16, 128), (32, 256)]
    levels = [torch.randn(1, channels, 6, 10) for channels in (512, 512, 1024)]
    reduced = [torch.nn.functional.elu(norm(level(feat)))
               for norm, level, feat in zip(head.norms, head.levels, levels, strict=True)]
    expected = torch.nn.functional.elu(head.joint(torch.cat(reduced, 1)))
    torch.testing.assert_close(head(levels), expected)
    assert sum(parameter.numel() for name, parameter in head.named_parameters() if 'norms' in name) == 2 * 448


@pytest.mark.parametrize('size', [(48, 80), (41, 50), (9, 7)])
def test_levels_of_other_strides(size):
    head = AffinityHead(in_channels=(4, 6, 8), channels=(8, 8, 16), strides=(4, 8, 16))
    levels = [torch.randn(2, channels, *(-(-side // stride) for side in size))
              for channels, stride in ((4, 4), (6, 8), (8, 16))]
    found = head(levels)
    assert found.shape == (2, 32, *(-(-side // 8) for side in size))
    means = [torch.nn.functional.avg_pool2d(level, 2, ceil_mode=True) for level in levels[:1]]
    large = torch.nn.functional.interpolate(levels[2], scale_factor=2, mode='bilinear')[..., :found.shape[2],
                                                                                        :found.shape[3]]
    if not any(side % 16 for side in size):  # convolution and resampling commute
        same = AffinityHead(in_channels=(4, 6, 8), channels=(8, 8, 16))
        same.load_state_dict(head.state_dict())
        torch.testing.assert_close(found, same([means[0], levels[1], large]))


def test_initial_weights():
    torch.manual_seed(0)
    head = AffinityHead()
    for level in head.levels:
        assert level.weight.std().item() == pytest.approx((2 / level.in_channels)**0.5, rel=0.02)
        assert level.bias is None
    bound = 4 * (6 / 896)**0.5
    assert 0.99 * bound < head.joint.weight.abs().max() <= bound and head.joint.bias is None


@pytest.mark.parametrize(('settings', 'named'), [
    (dict(in_channels=(4, 5)), [(4, 5)]), (dict(strides=(8, 8, 12)), [(8, 8, 12), 8]),
    (dict(norm_groups=(8, 16)), [(8, 16)]), (dict(reduction='max'), ['max']), (dict(loss_weights=(1, 1)), [(1, 1)])])
def test_bad_settings(settings, named):
    with pytest.raises(InputError, match=message_names('AffinityHead', *named)):
        AffinityHead(**settings)


def test_other_levels_than_expected():
    with pytest.raises(InputError, match=message_names((512, 1024, 4096), (4, 5, 6), 'out_indices')):
        AffinityHead()([torch.zeros(1, channels, 2, 2) for channels in (4, 5, 6)])
