"""The segmentor of SEC and DSRG: its test rule, its input, and what it refuses."""
import pytest
import torch
import torch.nn.functional as F
from message_names import message_names
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from reference_network import REPO

from mmwsss.engine.pruned_config import without_weights
from mmwsss.models.losses import CuePrediction, floored_softmax, shrink_images
from mmwsss.pseudo_labels import grow_seeds
from mmwsss.utils.errors import InputError


def build(name='sec', **changes):
    init_default_scope('mmseg')
    model = Config.fromfile(REPO / f'configs/mini/{name}_r18_mini.py').model.to_dict()
    return MODELS.build(Config(dict(model={**without_weights(model), **changes})).model)


def samples(size=(33, 33), grid=(5, 5)):
    found = []
    for _ in range(2):
        sample = SegDataSample(metainfo=dict(ori_shape=(20, 50), img_shape=size, img_path='a.jpg'))
        sample.gt_score = torch.tensor([1., 0, 0, 0, 1, 0])
        sample.cues = torch.randint(0, 2, (*grid, 7), dtype=torch.uint8)
        found.append(sample)
    return found


def test_the_softmax_is_enlarged_in_one_step():
    model = build().eval()
    images = torch.randn(2, 3, 33, 33)
    with torch.no_grad():
        wanted = F.interpolate(model.decode_head(model.extract_feat(images)).softmax(dim=1), size=(20, 50),
                               mode='bilinear', align_corners=True)
        found = model.predict(images, samples())
    for sample, probs in zip(found, wanted, strict=True):
        torch.testing.assert_close(sample.seg_logits.data, probs.clamp(min=1e-5).log())
        assert (sample.pred_sem_seg.data[0] == probs.argmax(dim=0)).all()


@pytest.mark.parametrize('size', [(100, 90), (65, 70), (97, 128), (64, 128)])
def test_padding_is_cut_off(size):
    model = build()
    model.data_preprocessor.test_cfg = dict(size_divisor=64)
    model.eval()
    image = torch.randint(0, 256, (3, *size), dtype=torch.uint8)
    sample = SegDataSample(metainfo=dict(ori_shape=(50, 40), img_shape=size, img_path='a.jpg'))
    with torch.no_grad():
        found, = model.test_step(dict(inputs=[image], data_samples=[sample]))
        alone = model.data_preprocessor(dict(inputs=[image], data_samples=[SegDataSample()]))['inputs']
        probs = model.decode_head(model.extract_feat(alone)).softmax(dim=1)
    if alone.shape[2:] != size:
        probs = F.interpolate(probs, size=alone.shape[2:], mode='bilinear', align_corners=True)
        probs = probs[..., :size[0], :size[1]]
    wanted = F.interpolate(probs, size=(50, 40), mode='bilinear', align_corners=True)[0]
    assert alone.shape[2] % 64 == alone.shape[3] % 64 == 0
    torch.testing.assert_close(found.seg_logits.data, wanted.clamp(min=1e-5).log())
    assert (found.pred_sem_seg.data[0] == wanted.argmax(dim=0)).all()


def test_the_crf_sees_the_image():
    model = build()
    images = list(torch.randint(0, 256, (2, 3, 33, 33), dtype=torch.uint8))
    inputs = model.data_preprocessor(dict(inputs=images, data_samples=samples()), training=True)['inputs']
    torch.testing.assert_close(model.pixels(inputs), torch.stack(images).flip(1).float())
    plain = build(data_preprocessor=dict(type='SegDataPreProcessor'))  # it does not normalise
    assert plain.pixels(torch.tensor([-3, 5.4, 300])).tolist() == [0, 5, 255]


@pytest.mark.parametrize('name', ['sec', 'dsrg'])
def test_losses_are_those_of_the_scores_on_the_grid_of_the_cues(name):
    thresholds = dict(bg_thr=1, fg_thr=1)  # nothing grows
    model = build(name, **dict(growing=thresholds) if name == 'dsrg' else {}).eval()
    images, batch = torch.randn(2, 3, 33, 33), samples()
    labels, cues = torch.tensor([[1., 1, 0, 0, 0, 1, 0]] * 2), (torch.rand(2, 7, 6, 5) < 0.3).to(torch.uint8)
    for sample, own in zip(batch, cues, strict=True):
        sample.cues = own.movedim(0, 2)
    scores = F.interpolate(model.decode_head(model.extract_feat(images)), size=(6, 5), mode='bilinear',
                           align_corners=True)
    probs = floored_softmax(scores)
    log_q = model.crf(shrink_images(model.pixels(images), (6, 5)), scores, probs)
    seeds = cues
    if name == 'dsrg':
        seeds = grow_seeds(cues, log_q.exp(), labels, **thresholds)
        assert (seeds != grow_seeds(cues, log_q.exp(), labels)).any()
    losses = model.loss(images, batch)
    for loss in model.losses:
        torch.testing.assert_close(losses[loss.loss_name], loss(CuePrediction(probs, labels, seeds, log_q)))


@pytest.mark.parametrize('name, names', [('sec', {'loss_seed', 'loss_expand', 'loss_constrain'}),
                                         ('dsrg', {'loss_seed', 'loss_constrain'})])
def test_half_precision_and_another_grid(name, names):
    model = build(name)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        losses = model.loss(torch.randn(2, 3, 33, 33), samples(grid=(6, 7)))
    assert set(losses) == names
    assert all(loss.dtype == torch.float32 and loss.isfinite() for loss in losses.values())
    sum(losses.values()).backward()
    assert all(value.grad.isfinite().all() for value in model.parameters() if value.requires_grad)


@pytest.mark.parametrize('key', ['gt_score', 'cues'])
def test_what_a_sample_must_have(key):
    batch = samples()
    delattr(batch[1], key)
    with pytest.raises(InputError, match=message_names('a.jpg', key)):
        build().loss(torch.randn(2, 3, 33, 33), batch)
    with pytest.raises(InputError, match=message_names('a.jpg', key)):
        build().check_samples(batch)


def test_cues_that_do_not_fit():
    batch = samples()
    batch[1].cues = batch[1].cues[:4]
    with pytest.raises(InputError, match=message_names('(4, 5, 7)')):
        build().loss(torch.randn(2, 3, 33, 33), batch)
    for sample in batch:
        sample.cues = torch.zeros(5, 5, 3)
    with pytest.raises(InputError, match=message_names(3, 7)):
        build().loss(torch.randn(2, 3, 33, 33), batch)
    with pytest.raises(InputError, match=message_names(3, 7)):
        build().check_samples(batch)
    build().check_samples(samples())


@pytest.mark.parametrize('changes, named', [
    (dict(crf=None), 'crf'), (dict(test_cfg=dict(mode='slide', crop_size=(9, 9), stride=(9, 9))), 'slide'),
    (dict(auxiliary_head=dict(type='FCNHead', in_channels=64, channels=8, num_classes=7)), 'auxiliary_head')])
def test_settings_that_do_not_fit(changes, named):
    with pytest.raises(InputError, match=message_names(named)):
        build(**changes)
