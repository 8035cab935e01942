"""1-Stage's network, losses and test, against tensors recorded from the authors' code."""
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from message_names import message_names
from mmengine.config import Config
from mmengine.logging import MessageHub
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from reference_network import REPO, samples
from reference_onestage import NAMES, golden_onestage
from torch import nn

from mmwsss.convert import convert_onestage
from mmwsss.models import class_scores, focal_penalty, ngwp
from mmwsss.models.losses import pseudo_mask_loss
from mmwsss.models.segmentors.one_stage_segmentor import fg_size
from mmwsss.pseudo_labels import average_masks, final_probs, pseudo_mask
from mmwsss.utils.errors import InputError


def close(found, wanted, atol=1e-5):
    np.testing.assert_allclose(found.detach().numpy(), wanted, rtol=0, atol=atol)


@pytest.fixture(scope='module')
def data(golden):
    return golden('onestage')


@pytest.fixture(scope='module')
def case(data):
    """The network and its input; the module's slow part."""
    return golden_onestage(data)


@pytest.fixture(scope='module')
def seen(case, data):
    """What parts of the network return, and all that is made of its logits."""
    model, images = case
    head, found = model.decode_head, {}
    hooks = [part.register_forward_hook(lambda _, args, out, name=name: found.__setitem__(name, out))
             for name, part in dict(aspp=head.aspp, gci=head.cues, sg=head.gate).items()]
    labels = torch.from_numpy(data['net_labels'])
    found['logits'] = model(images)
    found['losses'] = model.loss(images, samples(labels))
    for hook in hooks:
        hook.remove()
    found['labels'], found['images'] = labels, images
    return found


def test_golden_features_and_logits(data, seen):
    for name in ('aspp', 'gci', 'sg'):
        close(seen[name].mean((2, 3)), data[f'net_{name}_mean'])
    close(seen['logits'], data['net_logits'], 5e-5)  # up to 20
    assert (seen['logits'][:, 0] == 1).all()


def test_golden_scores(data, case, seen):
    probs = seen['logits'].softmax(dim=1)
    size = probs.mean((2, 3))
    close(size, data['net_size'])
    close(focal_penalty(size), data['net_focal'])
    close(case[0].scores(seen['logits']), data['net_cls'], 2e-5)
    close(ngwp(seen['logits'], probs)[:, 1:], data['net_cls'] - data['net_focal'][:, 1:], 2e-5)
    close(fg_size(seen['logits'], seen['labels']), data['net_fg'])
    close(seen['losses']['fg_size'], data['net_fg'].mean())


def test_golden_pseudo_masks(data, case, seen):
    model = case[0]
    probs = seen['logits'].detach().softmax(dim=1)
    close(model.cleaned(probs, seen['labels'], (96, 128))[..., ::4, ::4], data['net_cam_s4'])
    refined = model.refined_probs(seen['images'], seen['logits'], seen['labels'])
    close(refined[..., ::4, ::4], data['net_pamr_s4'])
    wanted = torch.from_numpy(data['net_pseudo']).long()
    wanted = torch.where(wanted.sum(1) > 0, wanted.argmax(1), torch.tensor(255))
    assert (pseudo_mask(refined) != wanted).float().mean() <= 1e-3


def test_golden_losses_and_gradients(data, case, seen):
    model, losses = case[0], seen['losses']
    assert set(losses) == {'loss_cls', 'loss_mask', 'fg_size'}
    close(losses['loss_cls'], data['net_loss_cls'])
    close(losses['loss_mask'], data['net_loss_mask'].mean())
    target = pseudo_mask(model.refined_probs(seen['images'], seen['logits'], seen['labels']))
    close(pseudo_mask_loss(seen['logits'], target, seen['labels']), data['net_loss_mask'])
    theirs = list(NAMES['shapes'])
    ours = convert_onestage({name: torch.tensor(index) for index, name in enumerate(theirs)})
    renamed = {theirs[int(index)]: name for name, index in ours.items()}
    parameters = dict(model.named_parameters())
    chosen = [parameters[renamed[name]] for name in NAMES['net_grad_names']]
    for kind in ('cls', 'mask'):
        gradients = torch.autograd.grad(losses[f'loss_{kind}'], chosen, retain_graph=True)
        np.testing.assert_allclose([gradient.norm().item() for gradient in gradients],
                                   data[f'net_grad_{kind}_norm'], rtol=1e-3)
        wanted = data[f'net_grad_{kind}_last']
        last = gradients[NAMES['net_grad_names'].index('last_conv.8.weight')]
        close(last[:, ::16, 0, 0], wanted, 1e-3 * np.abs(wanted).max())


def test_what_learns_and_how_fast(case):
    """Frozen norms and parameters, and the groups of the optimizer, as the release sets them."""
    model = case[0]
    theirs = list(NAMES['shapes'])
    ours = convert_onestage({name: torch.tensor(index) for index, name in enumerate(theirs)})
    released = {name: theirs[int(index)] for name, index in ours.items()}
    parameters = {released[name]: value for name, value in model.named_parameters()}
    assert sorted(name for name, value in parameters.items() if not value.requires_grad) == NAMES['frozen_params']
    cfg = Config.fromfile(REPO / 'configs/onestage_r50_voc.py').optim_wrapper
    groups = {id(group['params'][0]): (group['lr'] / cfg.optimizer.lr, group['weight_decay'])
              for group in build_optim_wrapper(model, cfg).param_groups}
    wanted = {name: (group['lr'], group['weight_decay']) for group in NAMES['groups'] for name in group['params']}
    assert wanted == {name: pytest.approx(groups[id(value)]) for name, value in parameters.items()
                      if value.requires_grad}
    model.train()
    norms = {name: module.training for name, module in model.named_modules() if isinstance(module, nn.BatchNorm2d)}
    model.eval()
    found = {released[f'{name}.running_mean'].rpartition('.')[0]: training for name, training in norms.items()}
    assert sorted(name for name, training in found.items() if training) == NAMES['training_bn']
    assert sorted(name for name, training in found.items() if not training) == sorted(NAMES['frozen_bn'])


def test_golden_average_of_scales(data, golden):
    masks, places = torch.from_numpy(data['tt_masks']), data['tt_pads'].astype(int).tolist()
    probs = average_masks(((masks[scale:scale + 2], places[scale]) for scale in (0, 2)), (30, 36))
    close(final_probs(probs, torch.from_numpy(data['tt_labels']) > 0), golden('crf')['tt_out'])


def test_golden_crf(golden, monkeypatch):
    """Four classes, the others absent; the probabilities are not renormalised."""
    crf = golden('crf')
    monkeypatch.setattr('mmwsss.models.segmentors.one_stage_segmentor.image_of',
                        lambda _: torch.from_numpy(crf['crf_pic']).permute(2, 0, 1))
    model = tiny(num_classes=21)
    probs = torch.zeros(21, 30, 36)
    probs[[0, 3, 9, 14]] = torch.from_numpy(crf['tt_out'])
    sample = samples([[1] * 20])[0]
    model.fill_sample(sample, torch.ones(20), probs, dict(
        model.test_cfg, bg_power=1, labels='gt', refine=dict(
            type='DenseCRF', gaussian_sxy=3, gaussian_compat=3, bilateral_sxy=80, bilateral_srgb=13,
            bilateral_compat=10, min_prob=0)))
    close(sample.seg_logits.data.exp()[[0, 1, 3, 9, 14]], np.maximum(crf['crf_q'], 1e-5), 1e-4)


def tiny(num_classes=4, **settings):
    """A network of a few thousand weights."""
    init_default_scope('mmseg')
    return MODELS.build(dict(
        type='OneStageSegmentor',
        data_preprocessor=dict(type='CAMDataPreProcessor', mean=[127] * 3, std=[64] * 3, bgr_to_rgb=True),
        backbone=dict(type='ResNet', depth=18, stem_channels=8, base_channels=8, strides=(1, 2, 2, 1),
                      dilations=(1, 1, 1, 1), norm_eval=True),
        decode_head=dict(type='OneStageHead', in_channels=(8, 64), channels=8, skip_channels=4, dilations=(1, 2),
                         num_classes=num_classes, **settings.pop('decode_head', {})), **settings))


@pytest.fixture
def no_runner(monkeypatch):
    """A message hub as before any training; returns it."""
    hub = MessageHub('none')
    monkeypatch.setattr(MessageHub, 'get_current_instance', lambda: hub)
    return hub


@pytest.mark.parametrize('refine', [None, dict(type='PAR', steps=1), dict(type='DenseCRF', steps=1)])
def test_trains_with_any_refinement(refine, no_runner):
    model = tiny(train_cfg=dict(refine=refine)).train()
    losses = model.loss(torch.randn(2, 3, 48, 64), samples([[1, 0, 1], [0, 0, 0]]))  # the second has no labels
    sum(value for name, value in losses.items() if 'loss' in name).backward()
    assert all(value.isfinite() and value.shape == () for value in losses.values())
    assert all(value.grad is not None for value in model.parameters() if value.requires_grad)


def test_settings_without_a_type_are_those_of_the_loss_of_pseudo_masks():
    assert tiny().loss_mask.balanced and not tiny(loss_mask=dict(balanced=False)).loss_mask.balanced


def test_settings_of_the_losses_arrive(no_runner, monkeypatch):
    model = tiny(focal=dict(power=1.0, offset=0.1), train_cfg=dict(refine=None), loss_mask=dict(balanced=False)).eval()
    inputs, logits, labels = torch.randn(2, 3, 48, 64), 2 * torch.randn(2, 4, 12, 16), torch.eye(4)[[1, 2], 1:]
    monkeypatch.setattr(model, '_forward', lambda inputs: logits)
    losses = model.loss(inputs, samples(labels))
    torch.testing.assert_close(losses['loss_cls'], F.multilabel_soft_margin_loss(
        class_scores(logits, power=1.0, offset=0.1), labels))
    probs = model.refined_probs(inputs, logits, labels)
    large = F.interpolate(logits, size=(48, 64), mode='bilinear', align_corners=True)
    for change in (dict(fg_factor=0.9), dict(bg_factor=0.9), dict(floor=0.95 * probs.max().item())):
        model.train_cfg.update(change)
        target = pseudo_mask(probs, **{key: model.train_cfg[key] for key in ('fg_factor', 'bg_factor', 'floor')})
        found = model.loss(inputs, samples(labels))['loss_mask']
        torch.testing.assert_close(found, F.cross_entropy(large, target, ignore_index=255))
        assert found != losses['loss_mask']
        losses = dict(losses, loss_mask=found)


def test_half_precision(no_runner):
    model = tiny(decode_head=dict(gate_rate=0.0, drop_rates=(0, 0, 0))).eval()
    inputs, labels = torch.randn(2, 3, 48, 64), samples([[1, 0, 1], [0, 1, 0]])
    wanted = model.loss(inputs, labels)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        found = model.loss(inputs, labels)
        predicted = model.predict(inputs)
    for name, loss in found.items():
        assert loss.dtype == torch.float32 and loss.item() == pytest.approx(wanted[name].item(), abs=0.05)
    assert all(sample.seg_logits.data.isfinite().all() for sample in predicted)


@pytest.mark.parametrize('value', [float('inf'), float('nan')])
@pytest.mark.parametrize('refine', ['PAMR', 'DenseCRF'])
def test_an_overflow_is_left_to_the_gradient_scaler(no_runner, monkeypatch, value, refine):
    model = tiny(train_cfg=dict(refine=dict(type=refine, steps=1))).train()
    spoil = torch.zeros(2, 4, 48, 64)
    spoil[0, 1, 2, 3] = value
    head = model.decode_head.forward
    monkeypatch.setattr(model.decode_head, 'forward', lambda features: (
        logits := head(features)) + spoil[..., :logits.shape[2], :logits.shape[3]])
    losses = model.loss(torch.randn(2, 3, 48, 64), samples([[1, 0, 1], [0, 1, 0]]))
    sum(loss for name, loss in losses.items() if 'loss' in name).backward()
    assert not all(one.grad.isfinite().all() for one in model.parameters() if one.grad is not None)
    probs = model.refined_probs(torch.randn(2, 3, 48, 64), spoil[..., :12, :16], torch.ones(2, 3))
    assert probs.isfinite().all() and (probs[1] > 0).all()


def test_warm_up(no_runner):
    model, inputs, labels = tiny(), torch.randn(2, 3, 32, 32), samples([[1, 0, 1], [0, 1, 0]])
    no_runner.update_info('max_epochs', 20)
    for epoch, expected in ((0, False), (4, False), (5, True), (19, True)):
        no_runner.update_info('epoch', epoch)
        assert ('loss_mask' in model.loss(inputs, labels)) == expected
    model = tiny(train_cfg=dict(warmup_epochs=0, warmup_iters=100))
    for iteration, expected in ((0, False), (99, False), (100, True)):
        no_runner.update_info('iter', iteration)
        assert ('loss_mask' in model.loss(inputs, labels)) == expected


def test_a_warm_up_without_end(no_runner):
    no_runner.update_info('max_epochs', 5)
    with pytest.raises(InputError, match=message_names('warmup_epochs', 5)):
        tiny().loss(torch.randn(2, 3, 32, 32), samples([[1, 0, 1], [0, 1, 0]]))


def test_predict_merges_scales_by_hand():
    model = tiny(test_cfg=dict(scales=(1.0, 0.5), flip=True, pad_size=80, score_thr=0)).eval()
    image = torch.randn(3, 40, 56)
    sample = model.predict([image], [SegDataSample(metainfo=dict(ori_shape=(50, 70)))])[0]
    total, scores = 0, []
    for scale in (1, 0.5):
        height, width = round(40 * scale), round(56 * scale)
        small = F.interpolate(image[None], size=(height, width), mode='bicubic', antialias=True)
        for mirror in (False, True):
            square = torch.zeros(1, 3, 80, 80)
            top, left = (80 - height) // 2, (80 - width) // 2
            square[:, :, top:top + height, left:left + width] = small.flip(-1) if mirror else small
            logits = model(square).detach()
            scores.append(model.scores(logits).sigmoid())
            probs = F.interpolate(logits.softmax(1), size=(80, 80), mode='bilinear', align_corners=True)
            probs = probs[:, :, top:top + height, left:left + width]
            total = total + F.interpolate(probs.flip(-1) if mirror else probs, size=(50, 70), mode='bilinear') / 4
    total[:, 0] **= 3
    torch.testing.assert_close(sample.pred_score, torch.cat(scores).amax(0))
    torch.testing.assert_close(sample.seg_logits.data.exp(), total[0])
    assert torch.equal(sample.pred_sem_seg.data, total.argmax(1))


@pytest.mark.parametrize('labels', ['gt', 'pred'])
def test_only_kept_classes_are_predicted(labels):
    model = tiny(test_cfg=dict(labels=labels, score_thr=2.0, bg_power=50.0)).eval()
    sample = model.predict(torch.randn(1, 3, 32, 32), samples([[0, 1, 0]]))[0]
    assert set(sample.pred_sem_seg.data.unique().tolist()) == ({2} if labels == 'gt' else {0})


def test_images_of_any_size_and_validation(no_runner):
    model = tiny(test_cfg=dict(scales=(1.0, 2.0), flip=True, pad_size=100)).eval()
    assert model.val_cfg['scales'] == (1.0, ) and model.val_cfg['pad_size'] is None
    data = dict(inputs=[torch.randint(0, 256, (3, *size), dtype=torch.uint8) for size in ((32, 40), (56, 33))],
                data_samples=[SegDataSample(), SegDataSample()])
    for step in (model.val_step, model.test_step):
        assert [tuple(sample.pred_sem_seg.data.shape) for sample in step(data)] == [(1, 32, 40), (1, 56, 33)]
    images = torch.randn(1, 3, 32, 40)
    torch.testing.assert_close(model.encode_decode(images), F.interpolate(
        model(images), size=(32, 40), mode='bilinear', align_corners=True))


def test_wrong_settings():
    for name, settings in (('warmup', dict(train_cfg=dict(warmup=5))), ('labels', dict(test_cfg=dict(labels='all'))),
                           ('scales', dict(val_cfg=dict(scales=()))), ('bg_power', dict(test_cfg=dict(bg_power=0))),
                           ('offset', dict(focal=dict(offset=0)))):
        with pytest.raises(InputError, match=message_names(name)):
            tiny(**settings)
    with pytest.raises(InputError, match=message_names('gt_score')):
        tiny().loss(torch.randn(2, 3, 32, 32), [SegDataSample(), SegDataSample()])
    with pytest.raises(InputError, match=message_names(4, 3)):
        tiny().loss(torch.randn(1, 3, 32, 32), samples([[1, 0, 0, 1]]))
    with pytest.raises(InputError, match=message_names('label_file')):
        tiny(test_cfg=dict(labels='gt')).predict(torch.randn(1, 3, 32, 32))
