"""The IoU of each class, counted by hand."""
import numpy as np
import pytest
import torch
from mmseg.evaluation import IoUMetric

from mmwsss.evaluation import ClassIoUMetric
from mmwsss.utils.threads import one_thread

CLASSES = ('background', 'cat', 'cow', 'dog')


def measured(kind, samples, **kwargs):
    metric = kind(**kwargs)
    metric.dataset_meta = dict(classes=CLASSES)
    metric.process({}, samples)
    return metric.evaluate(len(samples))


@pytest.fixture
def samples():
    """Random maps without dogs, some pixels ignored."""
    draw = np.random.default_rng(0)
    maps = [(draw.integers(0, 3, (9, 7)), draw.choice([0, 1, 2, 255], (9, 7))) for _ in range(3)]
    return [dict(pred_sem_seg=dict(data=torch.from_numpy(found)[None]), img_path=f'{index}.png',
                 gt_sem_seg=dict(data=torch.from_numpy(true)[None])) for index, (found, true) in enumerate(maps)]


def test_classes(samples):
    metrics = measured(ClassIoUMetric, samples)
    found, true = (torch.cat([sample[key]['data'].flatten() for sample in samples]) for key in
                   ('pred_sem_seg', 'gt_sem_seg'))
    for index, name in enumerate(CLASSES[:3]):
        both = ((found == index) & (true == index)).sum()
        either = ((found == index) & (true != 255)).sum() + (true == index).sum() - both
        assert metrics[f'IoU.{name}'] == pytest.approx(100 * float(both / either), abs=0.005)
    assert 'IoU.dog' not in metrics
    plain = measured(IoUMetric, samples)
    assert {name: metrics[name] for name in plain} == pytest.approx(plain, abs=1e-4) and len(metrics) == len(plain) + 3
    assert metrics['mIoU'] == pytest.approx(np.mean([metrics[f'IoU.{name}'] for name in CLASSES[:3]]), abs=0.01)


def test_more_pixels_than_float32_counts():
    """2^24 + 16 pixels of the background, a half of them predicted as a cat."""
    truth = torch.zeros(1, 1048577, 16, dtype=torch.uint8)
    found = truth.clone()
    found[:, 524288:] = 1
    with one_thread(torch.device('cpu')):  # each thread counts for itself
        areas = ClassIoUMetric.intersect_and_union(found[0], truth[0], 4, 255)
    pixels, right = 2**24 + 16, 2**23
    assert [area.tolist() for area in areas] == [
        [right, 0, 0, 0], [pixels, pixels - right, 0, 0], [right, pixels - right, 0, 0], [pixels, 0, 0, 0]]


def test_nothing_is_measured_where_predictions_are_written(samples, tmp_path):
    for sample in samples:
        del sample['gt_sem_seg']
    assert measured(ClassIoUMetric, samples, format_only=True, output_dir=str(tmp_path)) == {}
    assert len(list(tmp_path.glob('*.png'))) == 3
