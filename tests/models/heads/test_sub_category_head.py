"""The head of SC-CAM against tensors recorded from the authors' code."""
import numpy as np
import pytest
import torch
from message_names import message_names
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from reference_network import samples
from weights_rule import tensor_by_name

from mmwsss.models import Features, SubCategoryHead
from mmwsss.utils.errors import InputError


def average(feat):
    """Features of a model that pools by the average."""
    return Features(torch.zeros(len(feat), 3, 8, 8), (feat, ), feat.mean((2, 3)))


def labelled(parents, subs):
    """Samples with labels of classes and sub-categories."""
    result = samples(parents)
    for sample, row in zip(result, subs, strict=True):
        sample.gt_sub_category = torch.as_tensor(row, dtype=torch.float32)
    return result


def golden_head(**settings):
    head = SubCategoryHead(num_classes=20, in_channels=48, **settings)
    head.classifier.weight.data = tensor_by_name('fc8_20.weight', (20, 48, 1, 1), 7)
    head.sub_classifier.weight.data = tensor_by_name('fc8_200.weight', (200, 48, 1, 1), 7)
    return head


@pytest.mark.parametrize('settings', [dict(), dict(drop_ratio=0.0)])
def test_reference(golden, settings):
    """Without drop-out: in eval mode, or by its ratio."""
    data = golden('sccam')
    head = golden_head(**settings).train(bool(settings))
    feat = torch.from_numpy(data['head_feat']).float().requires_grad_()
    view = average(feat)
    np.testing.assert_allclose(view.pooled.detach(), data['head_pooled'], atol=1e-5)
    np.testing.assert_allclose(head.logits(view).detach(), data['head_x20'], atol=1e-5)
    np.testing.assert_allclose(head.sub_logits(view).detach(), data['head_x200'], atol=1e-5)

    losses = head.loss([view], labelled(data['head_label_20'], data['head_label_sub']))
    found = [losses['loss_cls'], losses['loss_sub_category'] / 5, sum(losses.values())]
    np.testing.assert_allclose([value.item() for value in found], data['head_losses'], atol=1e-5)
    sum(losses.values()).backward()

    def close(gradient, name):
        np.testing.assert_allclose(gradient, data[name], atol=1e-3 * np.abs(data[name]).max())

    close(head.classifier.weight.grad[:, :, 0, 0], 'grad_fc8_20')
    close(head.sub_classifier.weight.grad[::10, :, 0, 0], 'grad_fc8_200')
    assert head.sub_classifier.weight.grad.norm().item() == pytest.approx(float(data['grad_fc8_200_norm']), rel=1e-3)
    close(feat.grad[:, :, 0, 0], 'grad_feat_gap')
    close(feat.grad[:, :, 3, 5], 'grad_feat_gap')


def test_channels_are_dropped_once_for_both_classifiers():
    head = golden_head(drop_ratio=0.5).train()
    feat = torch.rand(2, 48, 3, 4) + 0.1
    with torch.no_grad():
        head.classifier.weight.copy_(torch.eye(20, 48)[:, :, None, None])
        head.sub_classifier.weight.copy_(torch.eye(200, 48)[:, :, None, None])
    seen = []
    head.loss_module.register_forward_hook(lambda module, given, result: seen.append(given[0].detach()))
    head.loss([average(feat)], labelled(torch.ones(2, 20), torch.ones(2, 200)))
    parents, subs = seen
    torch.testing.assert_close(parents, subs[:, :20])
    pooled = feat.mean((2, 3))
    torch.testing.assert_close(subs[:, :48], torch.where(subs[:, :48] == 0, 0, 2 * pooled))
    assert 0.2 < (subs[:, :48] == 0).float().mean() < 0.8


def test_maps_of_parents_and_of_sub_categories():
    feat = torch.randn(2, 48, 3, 4)
    parents = golden_head().cam(average(feat))
    torch.testing.assert_close(parents, golden_head().classifier(feat).relu())
    subs = golden_head(cam_from='sub_categories').cam(average(feat))
    assert subs.shape == (2, 20, 10, 3, 4)
    torch.testing.assert_close(subs[:, 7, 3], golden_head().sub_classifier(feat).relu()[:, 73])


def test_a_classifier_merges_sub_categories():
    """Through the model: the maps of kept classes, in the image's size."""
    init_default_scope('mmseg')
    settings = dict(
        type='CAMClassifier',
        backbone=dict(type='ResNet', depth=18, stem_channels=8, base_channels=4, out_indices=(3, )),
        neck=dict(type='mmpretrain.GlobalAveragePooling'),
        head=dict(type='SubCategoryHead', num_classes=3, in_channels=32, sub_categories=2, cam_from='sub_categories'),
        test_cfg=dict(scales=(1.0, 2.0), merge=dict(type='SumAllSubCategories')))
    model = MODELS.build(settings).eval()
    found = model.predict(torch.randn(1, 3, 40, 48), samples([[1, 0, 1]]))[0]
    assert found.cam_keys.tolist() == [0, 2] and found.cam.data.shape == (2, 10, 12)
    assert found.pred_sem_seg.data.shape == (1, 40, 48) and set(found.pred_sem_seg.data.unique().tolist()) <= {0, 1, 3}
    merged = MODELS.build(dict(settings, test_cfg=dict(scales=(1.0, ), merge=dict(type='SumAll')))).eval()
    with pytest.raises(InputError, match=message_names('SumAllSubCategories', 'test_cfg.merge')):
        merged.predict(torch.randn(1, 3, 40, 48), samples([[1, 0, 1]]))


def test_initial_weights():
    head = SubCategoryHead(num_classes=20, in_channels=48)
    head.init_weights()
    for layer, bound in ((head.classifier, (6 / 68)**0.5), (head.sub_classifier, (6 / 248)**0.5)):
        assert layer.bias is None and 0.9 * bound < layer.weight.abs().max() <= bound


def test_missing_and_wrong_labels():
    head = SubCategoryHead(num_classes=2, in_channels=48, sub_categories=3)
    view = average(torch.randn(1, 48, 3, 4))
    with pytest.raises(InputError, match=message_names('gt_sub_category', 'sub_category_file')):
        head.loss([view], samples([[1, 0]]))
    with pytest.raises(InputError, match=message_names(4, 2, 3, 'head.sub_categories')):
        head.loss([view], labelled([[1, 0]], [[1, 0, 0, 0]]))
    with pytest.raises(InputError, match=message_names(4, 2, 3, 'head.sub_categories')):
        head.check_samples(labelled([[1, 0]], [[1, 0, 0, 0]]))
    head.check_samples(labelled([[1, 0]], [[1, 0, 0, 0, 0, 0]]))
    with pytest.raises(InputError, match=message_names('neck')):
        head.loss([view._replace(pooled=None)], labelled([[1, 0]], [[1, 0, 0, 0, 0, 0]]))


@pytest.mark.parametrize('settings', [dict(cam_from='both'), dict(sub_categories=0), dict(drop_ratio=1.0)])
def test_bad_settings(settings):
    with pytest.raises(InputError, match=message_names(*settings)):
        SubCategoryHead(**settings)
