"""Refined predictions against a plain loop over the images."""
import moved_backend  # noqa: F401
import numpy as np
import pytest
import torch
from message_names import message_names
from PIL import Image
from reference_network import REPO

from mmwsss.evaluation import ClassIoUMetric, CRFIoUMetric
from mmwsss.evaluation.crf_iou_metric import refined_label
from mmwsss.models import DenseCRF
from mmwsss.pseudo_labels import dense_crf_probs
from mmwsss.utils.errors import InputError

CLASSES = ('background', 'cat', 'cow', 'dog')
SETTINGS = dict(steps=3, bilateral_sxy=20)


@pytest.fixture
def samples(tmp_path):
    """Squares on noise: ground truth and noisy logits."""
    draw = np.random.default_rng(0)
    result = []
    for index in range(7):
        height, width = 24 + index, 40 - 2 * index
        truth = np.zeros((height, width), np.int64)
        truth[4:16, 5:20] = 1 + index % 3
        image = draw.integers(0, 60, (height, width, 3)) + 150 * (truth > 0)[..., None] * [1, 0.2, 0.5]
        path = tmp_path / f'{index}.png'
        Image.fromarray(image.astype(np.uint8)).save(path)
        logits = torch.nn.functional.one_hot(torch.from_numpy(truth), 4).permute(2, 0, 1) + torch.from_numpy(
            draw.normal(0, 1, (4, height, width)))
        truth[0] = 255
        result.append(dict(
            img_path=str(path), seg_logits=dict(data=logits.float()),
            pred_sem_seg=dict(data=logits.float().argmax(dim=0, keepdim=True)),
            gt_sem_seg=dict(data=torch.from_numpy(truth)[None])))
    return result


def metric_of(**kwargs):
    metric = CRFIoUMetric(**dict(dict(workers=1, crf=SETTINGS), **kwargs))
    metric.dataset_meta = dict(classes=CLASSES)
    return metric


def slow_label(sample):
    image = np.asarray(Image.open(sample['img_path']))
    probs = sample['seg_logits']['data'].softmax(dim=0).numpy()
    return dense_crf_probs(image, probs, **SETTINGS).argmax(axis=0)


def test_large_images_do_not_pile_up(samples, monkeypatch):
    """One for each worker, in place of two."""
    monkeypatch.setattr('mmwsss.evaluation.crf_iou_metric.HELD', 0)
    metric, waiting = metric_of(workers=2), []
    for sample in samples:
        metric.process({}, [sample])
        waiting.append(len(metric._pending))
        assert metric._held == sum(size for _, _, size in metric._pending)
    assert max(waiting) == 2
    assert metric.evaluate(len(samples)) == slow_metrics(samples)


def test_a_limit_of_the_size(samples):
    """Shrunk before they are sent, the maps are those of the refinement that shrinks itself."""
    metric, expected = metric_of(workers=2, crf=dict(SETTINGS, max_size=20)), ClassIoUMetric(prefix='crf')
    expected.dataset_meta = metric.dataset_meta
    refinement = metric.refinement
    assert refinement.max_size == 20
    for sample in samples:
        image = torch.from_numpy(np.array(Image.open(sample['img_path'])).transpose(2, 0, 1).copy())
        label = refinement.refine(image, sample['seg_logits']['data'].softmax(dim=0)).argmax(dim=0)
        expected.process({}, [dict(sample, pred_sem_seg=dict(data=label[None]))])
    metric.process({}, samples)
    found, wanted = metric.evaluate(len(samples)), expected.evaluate(len(samples))
    assert found == pytest.approx(wanted, abs=0.2) and found['crf/mIoU'] != slow_metrics(samples)['crf/mIoU']


@pytest.mark.parametrize('limit', [None, 20])
def test_an_image_of_another_size_is_named(samples, limit):
    sample = dict(samples[0], img_path=samples[1]['img_path'])
    probs = sample['seg_logits']['data'].softmax(dim=0).numpy()
    with pytest.raises(InputError, match=message_names('1.png', '(25, 38)', '(24, 40)')):
        refined_label(sample, probs, DenseCRF(max_size=limit, steps=1).refine)


def slow_metrics(samples):
    metric = ClassIoUMetric(prefix='crf')
    metric.dataset_meta = dict(classes=CLASSES)
    for sample in samples:
        metric.process({}, [dict(sample, pred_sem_seg=dict(data=torch.from_numpy(slow_label(sample))[None]))])
    return metric.evaluate(len(samples))


def test_metrics_and_maps(samples, tmp_path):
    """More images than fit into the queue. The sampler repeats the first ones to fill the ranks, and MMEngine
    drops them again by their position."""
    metric = metric_of(workers=2, output_dir=str(tmp_path / 'maps'))
    for batch in (samples[:3], samples[3:6], samples[6:], samples[:2]):
        metric.process({}, batch)
        assert len(metric._pending) <= 4
    wanted = slow_metrics(samples)
    assert metric.evaluate(len(samples)) == wanted
    assert metric._pool is None and not metric.results  # ready for the next validation
    plain = ClassIoUMetric()
    plain.dataset_meta = dict(classes=CLASSES)
    for index, sample in enumerate(samples):
        plain.process({}, [sample])
        np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / 'maps' / f'{index}.png')), slow_label(sample))
    assert wanted['crf/mIoU'] > plain.evaluate(len(samples))['mIoU'] + 10


def test_settings_default_to_those_of_deeplabv2(samples):
    assert CRFIoUMetric().crf == {}
    image = np.asarray(Image.open(samples[0]['img_path']))
    probs = samples[0]['seg_logits']['data'].softmax(dim=0).numpy()
    wanted = dense_crf_probs(image, probs, steps=10, gaussian_sxy=1, gaussian_compat=3, bilateral_sxy=67,
                             bilateral_srgb=3, bilateral_compat=4).argmax(axis=0)
    label = refined_label(dict(img_path=samples[0]['img_path']), probs, CRFIoUMetric().refinement.refine)
    np.testing.assert_array_equal(label, wanted)


def test_more_classes_than_a_byte_counts(samples):
    probs = np.zeros((300, 24, 40), dtype=np.float32)
    probs[260] = 1
    for size in ((24, 40), (12, 20)):
        label = refined_label(samples[0], probs[:, :size[0], :size[1]], lambda image, scores: scores, (24, 40))
        assert label.shape == (24, 40) and (label == 260).all()


def test_bad_samples(samples):
    good = samples[0]
    with pytest.raises(InputError, match=message_names('seg_logits', 4)):
        metric_of().process({}, [{key: value for key, value in good.items() if key != 'seg_logits'}])
    with pytest.raises(InputError, match=message_names('seg_logits', 4)):
        metric_of().process({}, [dict(good, seg_logits=dict(data=good['seg_logits']['data'][:3]))])
    with pytest.raises(InputError, match='LogitsTTAModel'):
        metric_of().process({}, [dict(good, pred_sem_seg=dict(data=good['gt_sem_seg']['data'][0]))])


def test_an_error_of_a_process_names_the_image_and_ends_all(samples):
    metric = metric_of()
    metric.process({}, [samples[0], dict(samples[1], img_path=samples[2]['img_path'])])
    with pytest.raises(InputError, match=message_names('2.png', '(26, 36)')):
        metric.evaluate(2)
    assert metric._pool is None and not metric._pending


@pytest.mark.parametrize('call', [lambda metric, samples: metric.evaluate(1),
                                  lambda metric, samples: metric.process({}, samples)])
def test_a_process_that_is_ended_from_outside(samples, call):
    metric = metric_of()
    metric.process({}, samples[:1])
    for process in metric._pool._processes.values():
        process.kill()
    with pytest.raises(InputError, match=message_names('workers', "if __name__ == '__main__'")):
        call(metric, samples)
    assert metric._pool is None and not metric._pending
    metric.process({}, samples[:1])  # with new processes
    assert metric.evaluate(1) == slow_metrics(samples[:1])


@pytest.mark.parametrize(('settings', 'named'), [
    (dict(crf=None, refine=dict(type='PAMMR')), ('PAMMR', 'CRFIoUMetric', 'PAMR')),
    (dict(crf=None, refine=dict(type='PAMR', foo=1)), ('CRFIoUMetric', 'foo')),
    (dict(crf=dict(foo=1)), ('CRFIoUMetric', 'foo')), (dict(crf=dict(type='PAMR')), ('PAMR', 'refine'))])
def test_unknown_refinements_and_settings(settings, named):
    with pytest.raises(InputError, match=message_names(*named)):
        metric_of(**settings)


def test_another_local_refinement_from_outside_of_the_package(samples, monkeypatch):
    monkeypatch.syspath_prepend(REPO / 'tests/examples')
    __import__('mean_refinement')
    metric = metric_of(crf=None, refine=dict(type='MeanRefinement', radius=2))
    metric.process({}, samples[:2])
    found = metric.evaluate(2)
    plain = ClassIoUMetric(prefix='crf')
    plain.dataset_meta = dict(classes=CLASSES)
    for sample in samples[:2]:
        probs = sample['seg_logits']['data'].softmax(dim=0)
        label = torch.nn.functional.avg_pool2d(probs[None], 5, 1, 2, count_include_pad=False)[0].argmax(dim=0)
        plain.process({}, [dict(sample, pred_sem_seg=dict(data=label[None]))])
    assert found == plain.evaluate(2)
    with pytest.raises(InputError, match=message_names('crf', 'refine')):
        metric_of(refine=dict(type='MeanRefinement'))


def test_images_are_read_by_the_backend_of_the_data_set(samples, tmp_path):
    probs = samples[0]['seg_logits']['data'].softmax(dim=0).numpy()
    refine = CRFIoUMetric().refinement.refine
    moved = dict(img_path='moved://0.png', backend_args=dict(backend='moved', root=str(tmp_path)))
    np.testing.assert_array_equal(refined_label(moved, probs, refine), refined_label(samples[0], probs, refine))
