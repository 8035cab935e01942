"""AffinityNet's classifier, against the authors' code: merging of scales, labels, and the optimizer."""
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS, PARAM_SCHEDULERS, TASK_UTILS
from mmseg.structures import SegDataSample
from reference_network import REPO
from torch import nn

from mmwsss.pseudo_labels.cam import mirror_pairs


def test_golden_cam_and_label(golden):
    """All eight maps are summed at the image's own size; the constant background is 0.2."""
    init_default_scope('mmseg')
    psa = golden('psa')
    model = MODELS.build(dict(
        type='CAMClassifier', backbone=dict(type='ResNet', depth=18), head=dict(
            type='CAMHead', num_classes=20, in_channels=512), test_cfg=dict(merge=dict(type='SumAll'), bg_thr=0.2)))
    cams = []
    for scale in range(0, 8, 2):
        pair = torch.tensor(np.stack([psa[f'cls_raw{scale}'], psa[f'cls_raw{scale + 1}']]))
        every = pair.new_zeros(2, 20, *pair.shape[2:])
        every[:, psa['cls_keys']] = pair
        cams.append(mirror_pairs(every)[:, 0])
    sample = SegDataSample()
    sample.gt_score = torch.zeros(20)
    sample.gt_score[psa['cls_keys']] = 1
    size = psa['cls_pic'].shape[:2]
    model.fill_sample(sample, torch.zeros(20), cams, size, model.test_cfg)
    np.testing.assert_array_equal(sample.pred_sem_seg.data[0], psa['cls_pred'])
    np.testing.assert_allclose(sample.cam_winner.score[0], psa['cls_cam'].max(0), atol=1e-5)
    rule = TASK_UTILS.build(model.test_cfg['merge'])
    np.testing.assert_allclose(rule([cam[:, psa['cls_keys']] for cam in cams], size), psa['cls_cam'], atol=1e-5)


class FourGroups(nn.Module):
    """Weights and biases of a backbone and of a new layer, five numbers each."""

    def __init__(self, start):
        super().__init__()
        self.backbone, self.head = nn.ModuleDict(dict(conv=nn.Linear(1, 5))), nn.ModuleDict(
            dict(classifier=nn.Linear(1, 5)))
        for parameter, value in zip(self.parameters(), start, strict=True):
            parameter.data = torch.tensor(value).view_as(parameter)


def test_golden_optimizer(golden):
    """Learning rates and weight decays of the four groups, next to no momentum, polynomial decay.

    MMEngine's PolyLR ends at its last step, the authors' would one step later: their 10 steps are an `end` of 11.
    """
    init_default_scope('mmseg')
    psa, cfg = golden('psa'), Config.fromfile(REPO / 'configs/_base_/schedules/psa_8e.py')
    model = FourGroups(psa['opt_start'])
    wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    poly = cfg.param_scheduler[0]
    scheduler = PARAM_SCHEDULERS.build(dict(
        type=poly.type, power=poly.power, eta_min=poly.eta_min, begin=0, end=11, by_epoch=False, optimizer=wrapper))
    for gradients, parameters, rates in zip(psa['opt_grad'], psa['opt_params'], psa['opt_lr'], strict=True):
        found = {id(group['params'][0]): group['lr'] for group in wrapper.optimizer.param_groups}
        used = [found[id(parameter)] for parameter in model.parameters()]
        for parameter, gradient in zip(model.parameters(), gradients, strict=True):
            parameter.grad = torch.tensor(gradient).view_as(parameter)
        wrapper.step()
        scheduler.step()
        for parameter, expected in zip(model.parameters(), parameters, strict=True):
            np.testing.assert_allclose(parameter.detach().flatten(), expected, atol=1e-5)
        assert used == pytest.approx(rates.tolist(), rel=1e-5)
