"""The classifier as a segmentor."""
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from message_names import message_names
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from reference_network import golden_network, samples

from mmwsss.models import heads
from mmwsss.utils.errors import InputError


def tiny(num_classes=3, **kwargs):
    """A ResNet-18 classifier."""
    init_default_scope('mmseg')
    return MODELS.build(dict(
        type='CAMClassifier',
        data_preprocessor=dict(type='CAMDataPreProcessor', mean=[127] * 3, std=[128] * 3, bgr_to_rgb=True),
        backbone=dict(type='ResNet', depth=18, strides=(1, 2, 2, 1), dilations=(1, 1, 1, 1), out_indices=(3, )),
        neck=dict(type='HSPP'),
        head=dict(type='VWEHead', num_classes=num_classes, in_channels=512), **kwargs)).eval()


HEADS_OF_LEVELS = sorted(name for name, item in MODELS.module_dict.items()
                         if item.__module__.startswith(heads.__name__) and hasattr(item, 'check'))


def around(head, out_indices=(0, 1, 2, 3), neck=None, **settings):
    """A classifier on levels of 8, 16, 32 and 64 channels."""
    init_default_scope('mmseg')
    mid = dict(SEAMHead=(16, 32), SIPEHead=(8, 16, 32)).get(head)
    settings = {'in_channels': 64, **(dict(mid_channels=mid) if mid else {}), **settings}
    return MODELS.build(dict(
        type='CAMClassifier', head=dict(type=head, num_classes=3, **settings), neck=neck, train_cfg=dict(
            views=[dict(), dict(scale=0.3)] if head == 'SEAMHead' else [dict()]),
        backbone=dict(type='ResNet', depth=18, stem_channels=8, base_channels=8, out_indices=out_indices)))


def raw_batch(sizes, labels):
    """What a loader collates: uint8 images and samples."""
    generator = torch.Generator().manual_seed(1)
    inputs, data_samples = [], samples(labels)
    for size, sample in zip(sizes, data_samples, strict=True):
        inputs.append(torch.randint(0, 256, (3, *size), dtype=torch.uint8, generator=generator))
        sample.set_metainfo(dict(ori_shape=size, img_shape=size, img_path=f'{size}.jpg'))
    return dict(inputs=inputs, data_samples=data_samples)


@pytest.mark.parametrize('release', ['vwe1', 'vwe2'])
def test_golden_multi_scale(golden, release):
    data = golden(release)
    model = golden_network(word_cam=False).eval()
    image = torch.from_numpy(data['ms_pic']).permute(2, 0, 1).flip(0)  # loaders give BGR
    sample = samples(np.isin(np.arange(20), data['ms_keys'])[None])[0]
    result = model.test_step(dict(inputs=[image], data_samples=[sample]))[0]
    assert result.cam_keys.tolist() == data['ms_keys'].tolist()
    error = np.abs(result.cam.data.numpy() - data['ms_strided'])
    assert error.max() < 0.02 and error.mean() < 0.002
    score = data['ms_high'].max(axis=0)
    error = np.abs(result.cam_winner.score[0].numpy() - score)
    assert error.max() < 0.02 and error.mean() < 0.002
    wanted = np.where(score > 0.14, data['ms_keys'][data['ms_high'].argmax(axis=0)] + 1, 0)
    assert (result.pred_sem_seg.data[0].numpy() == wanted).mean() > 0.995
    torch.testing.assert_close(result.pred_score, model(
        model.data_preprocessor(dict(inputs=[image], data_samples=[sample]))['inputs'])[0].sigmoid())


def test_contract_of_a_prediction():
    model = tiny()
    model.head.classifier.weight.data.abs_()  # features are >= 0: no class is silent
    result = model.test_step(raw_batch([(37, 50)], [[1, 0, 1]]))[0]
    assert result.cam.data.shape == (2, 10, 13) and result.cam_keys.tolist() == [0, 2]
    assert result.pred_sem_seg.shape == (37, 50) and result.pred_sem_seg.data.dtype == torch.int64
    assert set(result.pred_sem_seg.data.unique().tolist()) <= {0, 1, 3}
    assert 0 <= result.cam.data.min() and result.cam.data.max() < 1
    torch.testing.assert_close(result.cam.data.amax((1, 2)), torch.ones(2), atol=1e-2, rtol=0)
    winner = result.cam_winner
    assert torch.equal(result.pred_sem_seg.data, torch.where(winner.score > 0.14, winner.label, 0))


def test_a_batch_of_sizes_equals_one_by_one():
    model = tiny()
    sizes, labels = [(37, 50), (24, 24), (37, 50), (1, 9)], [[1, 0, 1], [0, 1, 0], [0, 0, 1], [1, 1, 1]]
    together = model.test_step(raw_batch(sizes, labels))
    batch = raw_batch(sizes, labels)
    for index, result in enumerate(together):
        alone = model.test_step(
            dict(inputs=batch['inputs'][index:index + 1], data_samples=batch['data_samples'][index:index + 1]))[0]
        torch.testing.assert_close(result.cam.data, alone.cam.data, atol=1e-5, rtol=0)
        torch.testing.assert_close(result.pred_score, alone.pred_score)
        assert result.pred_sem_seg.shape == sizes[index]


def test_threshold_and_stored_maps_by_hand():
    """A score at the threshold is background. A merging rule may go below 0, stored maps do not."""
    model, sample = tiny(), samples([[0, 1, 0]])[0]
    cams = [torch.tensor([2.0, 3.0, 4.0]).expand(1, 3, 1, 3)]
    model.fill_sample(sample, torch.zeros(3), cams, (4, 12), dict(model.test_cfg, merge=dict(type='SumMinMax')))
    torch.testing.assert_close(sample.cam.data, torch.tensor([[[0, 0.5, 1]]]), atol=2e-5, rtol=0)
    assert sample.cam_winner.score.min() < -0.99
    threshold = sample.cam_winner.score[0, 0, 5].item()
    model.fill_sample(sample, torch.zeros(3), cams, (4, 12), dict(
        model.test_cfg, merge=dict(type='SumMinMax'), bg_thr=threshold))
    assert sample.pred_sem_seg.data[0, 0].tolist() == [0] * 6 + [2] * 6


def test_results_have_the_size_of_the_file():
    model = tiny()
    batch = raw_batch([(20, 30)], [[1, 0, 0]])
    batch['data_samples'][0].set_metainfo(dict(ori_shape=(41, 61)))
    result = model.test_step(batch)[0]
    assert result.pred_sem_seg.shape == (41, 61) and result.cam.shape == (11, 16)


def test_mirrored_image_gives_the_mirrored_map():
    model = tiny()
    batch = raw_batch([(32, 48)], [[1, 1, 1]])
    flipped = dict(inputs=[batch['inputs'][0].flip(-1)], data_samples=[batch['data_samples'][0].clone()])
    straight, mirrored = model.test_step(batch)[0], model.test_step(flipped)[0]
    torch.testing.assert_close(straight.cam.data, mirrored.cam.data.flip(-1), atol=1e-4, rtol=0)


def test_predicted_labels_choose_the_classes():
    model = tiny(test_cfg=dict(labels='pred', score_thr=0.5, scales=(1.0, )))
    batch = raw_batch([(32, 32)], [[0, 0, 0]])
    del batch['data_samples'][0].gt_score
    score = model.test_step(batch)[0].pred_score
    cut = score.sort().values
    for threshold, kept in ((float(cut[0]) - 1e-4, 3), (float(cut[1]), 1), (1.0, 0)):
        model.test_cfg['score_thr'] = threshold
        result = model.test_step(batch)[0]
        assert len(result.cam_keys) == kept and len(result.cam.data) == kept
    assert result.pred_sem_seg.data.sum() == 0 and result.cam_winner.score.sum() == 0


def test_labels_are_needed_or_predicted():
    model = tiny()
    batch = raw_batch([(32, 32)], [[1, 0, 0]])
    del batch['data_samples'][0].gt_score
    with pytest.raises(InputError, match=message_names('(32, 32).jpg', "labels='pred'")):
        model.test_step(batch)


def test_validation_uses_one_scale():
    model = tiny()
    batch = raw_batch([(32, 48)], [[1, 1, 0]])
    validated = model.val_step(batch)[0].cam.data.clone()
    single = tiny(test_cfg=dict(scales=(1.0, ), flip=False))
    single.load_state_dict(model.state_dict())
    torch.testing.assert_close(validated, single.test_step(batch)[0].cam.data)
    assert (validated - model.test_step(batch)[0].cam.data).abs().max() > 1e-3


def test_autocast_stays_close():
    model = tiny(test_cfg=dict(autocast='bfloat16'))
    batch = raw_batch([(48, 64)], [[1, 0, 1]])
    half = model.test_step(batch)[0].cam.data.clone()
    model.test_cfg['autocast'] = None
    full = model.test_step(batch)[0].cam.data
    assert half.dtype == full.dtype == torch.float32
    assert 0 < (half - full).abs().max() < 0.1 and (half - full).abs().mean() < 0.02


def test_train_step_changes_the_weights_under_autocast_and_without():
    for dtype in (None, torch.bfloat16):
        model = tiny().train()
        optim = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)
        before = model.head.encoder.codebook.words.detach().clone()
        data = model.data_preprocessor(raw_batch([(32, 32), (32, 32)], [[1, 0, 1], [0, 1, 0]]), True)
        with torch.autocast('cpu', dtype=dtype or torch.bfloat16, enabled=dtype is not None):
            loss, log = model.parse_losses(model(**data, mode='loss'))
        loss.backward()
        optim.step()
        assert set(log) == {'loss', 'loss_cls', 'loss_word', 'loss_word_to_image'}
        assert all(p.grad is not None for p in model.parameters() if p.requires_grad)
        assert not torch.equal(before, model.head.encoder.codebook.words)


def test_modes():
    model = tiny()
    inputs = torch.randn(2, 3, 32, 48)
    assert model(inputs).shape == (2, 3)
    assert model.cam(inputs).shape == (2, 3, 2, 3)
    torch.testing.assert_close(model.encode_decode(inputs),
                               F.interpolate(model.cam(inputs), size=(32, 48), mode='bilinear', align_corners=False))
    model.test_cfg['labels'] = 'pred'
    assert isinstance(model(inputs, mode='predict')[1], SegDataSample)


@pytest.mark.parametrize(('cfg', 'named'), [(dict(scale=(1, )), "test_cfg.*'scale'"),
                                            (dict(labels='yes'), "labels='yes'"),
                                            (dict(scales=()), 'scales'), (dict(scales=(0, )), 'scales'),
                                            (dict(autocast='int8'), 'autocast'),
                                            (dict(merge=dict(type='SoftmaxOfMean', power=2)),
                                             message_names('SoftmaxOfMean', 'power', '_delete_')),
                                            (dict(merge=dict(type='SumAll', negative_minimum=False)),
                                             message_names('SumAll', 'negative_minimum', '_delete_')),
                                            (dict(merge=dict(type='Sum')), message_names('Sum', 'merge'))])
def test_bad_settings(cfg, named):
    with pytest.raises(InputError, match=named):
        tiny(test_cfg=cfg)


def test_heads_of_levels():
    assert set(HEADS_OF_LEVELS) >= {'AMNHead', 'SEAMHead', 'SIPEHead'}


@pytest.mark.parametrize('head', HEADS_OF_LEVELS)
def test_levels_that_do_not_fit_are_named_when_it_is_built(head):
    assert around(head).head.in_channels == 64
    with pytest.raises(InputError, match=message_names(head, 'in_channels=65', 64)):
        around(head, in_channels=65)
    with pytest.raises(InputError, match=message_names('ResNet', 'out_indices', 4)):
        around(head, out_indices=(1, 2, 4))


@pytest.mark.parametrize('head', ['SEAMHead', 'SIPEHead'])
def test_levels_that_lack_are_named_when_it_is_built(head):
    with pytest.raises(InputError, match=message_names(head, 1, 'out_indices')):
        around(head, out_indices=(3, ))


@pytest.mark.parametrize('head', ['AMNHead', 'NGWPHead', 'SEAMHead'])
def test_a_neck_that_nothing_reads_is_refused(head):
    assert around(head).neck is None
    with pytest.raises(InputError, match=message_names(head, 'HSPP', 'neck=None')):
        around(head, neck=dict(type='HSPP'))


def test_a_head_checks_samples():
    given, checked = samples([[1, 0, 1]]), []
    model = tiny()
    model.check_samples(given)
    model.head.check_samples = checked.extend
    model.check_samples(given)
    assert checked == given

