"""The one-pass sweep against MMSeg's IoUMetric run once for each threshold."""
import json
import logging
import os
import re
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import torch
from message_names import message_names
from mmengine.dataset import DefaultSampler
from mmengine.evaluator import Evaluator
from mmengine.logging import MMLogger
from mmengine.structures import PixelData
from mmseg.evaluation import IoUMetric
from mmseg.registry import METRICS
from mmseg.structures import SegDataSample

from mmwsss.engine.distributed import leave_group
from mmwsss.evaluation import CAMIoUMetric
from mmwsss.evaluation.cam_iou_metric import threshold_areas, winner_histogram, winner_of
from mmwsss.evaluation.threshold import otsu
from mmwsss.utils.errors import InputError

CLASSES = ('background', 'cat', 'cow', 'dog', 'horse')
#: the default sweep's spacing, and numbers that float32 cannot hold
THRESHOLDS = [0.0, 0.05, 0.1, 0.14, 0.3, 0.31, 0.7, 0.99]


def make_sample(seed: int, size=(23, 31), kept=(1, 3)) -> SegDataSample:
    """An image with scores on and off the thresholds and an ignored border, without `horse`."""
    random = torch.Generator().manual_seed(seed)
    sample = SegDataSample(metainfo=dict(img_id=f'image{seed}'))
    score = torch.rand((1, *size), generator=random)
    exact = torch.randint(len(THRESHOLDS), (1, *size), generator=random)
    on_threshold = torch.rand((1, *size), generator=random) < 0.4
    score[on_threshold] = torch.tensor(THRESHOLDS)[exact][on_threshold]
    label = torch.tensor(kept or (1, ))[torch.randint(max(len(kept), 1), (1, *size),
                                                      generator=random)]
    truth = torch.where((score > 0.25) & bool(kept), label, torch.zeros_like(label))
    noise = torch.rand((1, *size), generator=random) < 0.3
    truth[noise] = torch.randint(4, (1, *size), generator=random)[noise]
    truth[:, :4, :8] = 255
    sample.set_data(dict(
        gt_sem_seg=PixelData(data=truth),
        cam_winner=PixelData(score=score if kept else torch.zeros_like(score), label=label)))
    return sample


SAMPLES = [make_sample(0), make_sample(1, size=(17, 9), kept=(2, )), make_sample(2, kept=()),
           make_sample(3, kept=(1, 2, 3)), make_sample(4, size=(1, 40))]


def evaluate(metric, samples=SAMPLES, size=None) -> dict[str, float]:
    """Evaluate with MMEngine's own evaluator, like the test loop."""
    evaluator = Evaluator(metric)
    evaluator.dataset_meta = dict(classes=CLASSES)
    for sample in samples:
        evaluator.process([sample])
    return evaluator.evaluate(size or len(samples))


def mmseg_at(threshold: float, samples=SAMPLES) -> dict[str, float]:
    """MMSeg's IoUMetric on the hard segmentation: the slow oracle."""
    hard = []
    for sample in samples:
        score, label = sample.cam_winner.score, sample.cam_winner.label
        segmentation = torch.where(score > threshold, label, torch.zeros_like(label))
        hard.append(SegDataSample(pred_sem_seg=PixelData(data=segmentation),
                                  gt_sem_seg=sample.gt_sem_seg))
    # MMSeg rounds to two decimals in float32
    return {name: round(float(value), 2) for name, value in evaluate(IoUMetric(), hard).items()}


@pytest.fixture
def curve_of(tmp_path):
    """Run the metric and return its numbers and the curve file."""
    def run(samples=SAMPLES, **settings):
        metrics = evaluate(CAMIoUMetric(out_dir=str(tmp_path), plot=False, **settings), samples)
        return metrics, json.loads((tmp_path / 'cam_curve.json').read_text())
    return run


@pytest.mark.parametrize('threshold', THRESHOLDS)
def test_a_single_threshold_gives_the_numbers_of_mmseg(threshold):
    ours = evaluate(CAMIoUMetric(thresholds=[threshold]))
    theirs = mmseg_at(threshold)
    assert {name: ours[name] for name in theirs} == theirs
    assert ours['best_thr'] == ours['auto_thr'] == threshold
    assert ours['mIoU_auto'] == ours['mIoU']


def test_the_curve_is_mmseg_at_every_threshold(curve_of):
    metrics, curve = curve_of(thresholds=THRESHOLDS)
    theirs = [mmseg_at(threshold) for threshold in THRESHOLDS]
    expected = [one['mIoU'] for one in theirs]
    assert len(set(expected)) == len(THRESHOLDS)  # the curve is not flat
    np.testing.assert_allclose(curve['mIoU'], expected, atol=0.0051)
    best = int(np.argmax(expected))
    assert curve['best'] == dict(thr=THRESHOLDS[best], mIoU=curve['mIoU'][best])
    assert metrics['best_thr'] == THRESHOLDS[best]
    assert {name: metrics[name] for name in theirs[best]} == theirs[best]


def test_the_default_sweep_finds_the_maximum_of_a_hundred_evaluations():
    metrics = evaluate(CAMIoUMetric(plot=False))
    every = [mmseg_at(percent / 100, SAMPLES)['mIoU'] for percent in range(0, 100, 7)]
    assert metrics['mIoU'] >= max(every)
    assert mmseg_at(metrics['best_thr'])['mIoU'] == metrics['mIoU']
    assert mmseg_at(metrics['auto_thr'])['mIoU'] == metrics['mIoU_auto']


def test_absent_classes_are_null_and_left_out_of_the_mean(curve_of):
    _, curve = curve_of(thresholds=[0.3])
    assert curve['IoU']['horse'] == [None]
    present = [curve['IoU'][name][0] for name in CLASSES[:-1]]
    assert curve['mIoU'][0] == pytest.approx(np.mean(present), abs=1e-3)


def test_curve_file_holds_what_describes_it(curve_of):
    _, curve = curve_of(thresholds=THRESHOLDS)
    assert curve['classes'] == list(CLASSES)
    assert curve['num_pictures'] == len(SAMPLES)
    assert curve['thresholds'] == THRESHOLDS
    assert curve['auto']['mIoU'] == curve['mIoU'][THRESHOLDS.index(curve['auto']['thr'])]
    assert curve['best']['mIoU'] == max(curve['mIoU'])


def test_score_histogram_counts_ignored_pixels_too(curve_of):
    _, curve = curve_of(thresholds=THRESHOLDS)
    scores = torch.cat([sample.cam_winner.score.flatten() for sample in SAMPLES]).double().numpy()
    edges = np.float32([-1, *THRESHOLDS, 1]).astype(float)
    expected = [int(((scores > low) & (scores <= high)).sum())
                for low, high in zip(edges[:-1], edges[1:], strict=True)]
    assert curve['score_histogram']['pixels'] == expected
    assert curve['score_histogram']['upper_edges'] == [*THRESHOLDS, 1.0]


def test_label_free_threshold_is_the_rules_choice_on_the_scores(curve_of):
    metrics, curve = curve_of(thresholds=THRESHOLDS)
    assert curve['auto']['rule'] == 'otsu'
    # one bin up to the first threshold 0, one between each two, one above the last
    centres = [0.0, 0.025, 0.075, 0.12, 0.22, 0.305, 0.505, 0.845, 0.995]
    chosen = otsu(np.array(curve['score_histogram']['pixels']), np.array(centres))
    assert 0 < chosen < len(THRESHOLDS) - 1
    assert metrics['auto_thr'] == curve['auto']['thr'] == THRESHOLDS[chosen]
    assert metrics['mIoU_auto'] == mmseg_at(THRESHOLDS[chosen])['mIoU']


def test_masks_do_not_move_the_label_free_threshold(curve_of):
    before = curve_of(thresholds=THRESHOLDS)[1]
    blind = deepcopy(SAMPLES)
    for sample in blind:
        sample.gt_sem_seg.data[:, :, ::2] = 255
        sample.gt_sem_seg.data[:, :, 1::2] = 0
    after = curve_of(blind, thresholds=THRESHOLDS)[1]
    assert after['mIoU'] != before['mIoU']
    assert after['auto']['thr'] == before['auto']['thr']


def test_winner_histogram_counts_like_a_loop():
    sample = make_sample(7, size=(6, 5))
    score, winner = sample.cam_winner.score[0], sample.cam_winner.label[0]
    truth = sample.gt_sem_seg.data[0]
    score[5, 4] = float('nan')
    thresholds = torch.tensor(THRESHOLDS)
    expected = torch.zeros(len(THRESHOLDS) + 1, 5, 6, dtype=torch.int64)
    for y in range(6):
        for x in range(5):
            above = sum(bool(score[y, x] > threshold) for threshold in thresholds)
            true = 5 if truth[y, x] == 255 else truth[y, x]
            expected[above, winner[y, x], true] += 1
    counted = winner_histogram(score, winner, truth, thresholds, num_classes=5)
    assert torch.equal(counted, expected)
    as_byte = winner_histogram(score, winner, truth.byte(), thresholds, num_classes=5)
    assert torch.equal(as_byte, expected)


def test_areas_stay_exact_beyond_float32():
    histogram = torch.zeros(2, 2, 3, dtype=torch.int64)
    histogram[1, 1, 1] = 2**24 + 1  # float32 would drop the last pixel
    histogram[0, 1, 0] = 3
    intersect, union, predicted, true = threshold_areas(histogram)
    assert intersect.tolist() == [[3, 2**24 + 1]]
    assert union.tolist() == predicted.tolist() == true.tolist() == intersect.tolist()


def test_winner_label_of_background_stays_background():
    """Pixels without a kept class have label 0 and stay background at every threshold."""
    histogram = winner_histogram(torch.tensor([[0.5]]), torch.tensor([[0]]), torch.tensor([[0]]),
                                 torch.tensor([0.1]), num_classes=2)
    intersect, union, predicted, _ = threshold_areas(histogram)
    assert intersect.tolist() == union.tolist() == predicted.tolist() == [[1, 0]]


def test_winner_of_a_coarse_cam():
    cam = torch.tensor([[[1.0, 0.0]], [[0.2, 0.6]]])
    score, label = winner_of(cam, torch.tensor([4, 2]), (2, 4))
    # bilinear without aligned corners: 0.25 and 0.75 of the way between the two columns
    expected = torch.tensor([1.0, 0.75, 0.5, 0.6])
    assert torch.allclose(score, expected.expand(2, 4))
    assert torch.equal(label, torch.tensor([5, 5, 3, 3]).expand(2, 4))


def test_winner_of_no_class():
    score, label = winner_of(torch.zeros(0, 3, 3), torch.zeros(0, dtype=torch.int64), (7, 5))
    assert score.shape == label.shape == (7, 5)
    assert score.dtype == torch.float32 and label.dtype == torch.int64
    assert not score.any() and not label.any()


def test_winner_of_needs_a_key_for_each_cam():
    with pytest.raises(InputError, match=message_names(2, 1)):
        winner_of(torch.zeros(2, 3, 3), torch.tensor([0]), (6, 6))


def test_samples_with_a_cam_but_no_winner():
    """The metric computes a missing winner, with the same result as given winners."""
    bare, complete = [], []
    for sample, keys in zip(SAMPLES, ([0, 2], [], [1], [0, 1, 2], [0, 2]), strict=True):
        height, width = sample.gt_sem_seg.shape
        cam = torch.rand(len(keys), -(-height // 4), -(-width // 4))
        score, label = winner_of(cam, torch.tensor(keys, dtype=torch.int64), (height, width))
        bare.append(SegDataSample(gt_sem_seg=sample.gt_sem_seg, cam=PixelData(data=cam),
                                  cam_keys=torch.tensor(keys, dtype=torch.int64)))
        complete.append(SegDataSample(
            gt_sem_seg=sample.gt_sem_seg,
            cam_winner=PixelData(score=score[None], label=label[None])))
    assert evaluate(CAMIoUMetric(), bare) == evaluate(CAMIoUMetric(), complete)


def test_is_registered_and_takes_a_prefix():
    metric = METRICS.build(dict(type='CAMIoUMetric', thresholds=[0.2], prefix='cam'))
    assert set(evaluate(metric)) == {
        'cam/mIoU', 'cam/aAcc', 'cam/mAcc', 'cam/best_thr', 'cam/mIoU_auto', 'cam/auto_thr'}


def test_evaluates_again_from_nothing():
    """A training run evaluates many times with the same object."""
    metric = CAMIoUMetric(thresholds=THRESHOLDS)
    evaluate(metric, SAMPLES[3:])
    assert evaluate(metric) == evaluate(CAMIoUMetric(thresholds=THRESHOLDS))


def change(**fields) -> dict:
    """One sample in the evaluator's format, with fields replaced or (None) removed."""
    sample = SAMPLES[0].to_dict() | fields
    return {name: value for name, value in sample.items() if value is not None}


@pytest.mark.parametrize('sample, named', [
    (change(gt_sem_seg=dict(data=torch.zeros(1, 12, 31, dtype=torch.int64))),
     ['image0', '23x31', '12x31']),
    (change(gt_sem_seg=None), ['image0', 'LoadAnnotations']),
    (change(cam_winner=None), ['image0', 'cam_winner', 'cam']),
    (change(gt_sem_seg=dict(data=torch.full((1, 23, 31), 5))), ['image0', 5]),
    (change(gt_sem_seg=dict(data=torch.full((1, 23, 31), -1))), ['image0', -1]),
    (change(cam_winner=dict(score=torch.ones(1, 23, 31),
                            label=torch.full((1, 23, 31), 20))), ['image0', 'CAM', 20]),
    (change(img_id=None, img_path='a/b.jpg', cam_winner=None), ['b.jpg']),
])
def test_samples_that_do_not_fit_are_named(sample, named):
    metric = CAMIoUMetric()
    metric.dataset_meta = dict(classes=CLASSES)
    with pytest.raises(InputError, match=message_names(*named)):
        metric.process({}, [sample])


@pytest.mark.parametrize('thresholds', [[], [0.5, 0.4], [0.3, 0.3], [-0.1, 0.2], [0.5, 1.0],
                                        [0.1, 0.1 + 1e-12], [float('nan')]])
def test_thresholds_that_do_not_fit(thresholds):
    with pytest.raises(InputError, match='thresholds'):
        CAMIoUMetric(thresholds=thresholds)



def test_images_without_any_ground_truth():
    sample = deepcopy(SAMPLES[0])
    sample.gt_sem_seg.data.fill_(255)
    with pytest.raises(InputError, match='pixel'):
        evaluate(CAMIoUMetric(), [sample])


@pytest.fixture
def logger_to():
    """A current logger that writes to the given file during the test."""
    made = []

    def make(path: Path | None) -> MMLogger:
        name = f'curve-{len(made)}-{path}'
        made.append(name)
        return MMLogger.get_instance(name, log_file=str(path) if path else None)
    yield make
    for name in made:
        for handler in MMLogger._instance_dict.pop(name).handlers:
            handler.close()


def test_curve_lies_beside_the_log(tmp_path, logger_to):
    (tmp_path / 'run').mkdir()
    logger_to(tmp_path / 'run' / 'run.log')
    evaluate(CAMIoUMetric(thresholds=THRESHOLDS))
    names = {path.name for path in (tmp_path / 'run').iterdir()}
    assert names == {'run.log', 'cam_curve.json', 'cam_curve.png'}
    log = (tmp_path / 'run' / 'run.log').read_text()
    assert 'horse' in log and re.search(r'0\.\d+: \d+\.\d\d \(best\)', log)


def test_no_log_no_files(tmp_path, logger_to, monkeypatch):
    monkeypatch.chdir(tmp_path)
    logger = logger_to(None)
    assert not any(isinstance(handler, logging.FileHandler) for handler in logger.handlers)
    evaluate(CAMIoUMetric(thresholds=THRESHOLDS))
    assert not list(tmp_path.iterdir())


def test_folder_of_ones_own_and_no_plot(tmp_path):
    evaluate(CAMIoUMetric(out_dir=str(tmp_path / 'new'), plot=False))
    assert [path.name for path in (tmp_path / 'new').iterdir()] == ['cam_curve.json']


def test_two_ranks_equal_one_process(tmp_path, repo):
    """Five images on two ranks: the sampler repeats one image, which must count once."""
    environment = os.environ | dict(OMP_NUM_THREADS='1', PYTHONPATH=f'{repo}{os.pathsep}{repo}/tests/support')
    ranks = [subprocess.Popen([sys.executable, __file__, str(rank)], cwd=tmp_path, env=environment)
             for rank in range(2)]
    assert [rank.wait(timeout=120) for rank in ranks] == [0, 0]
    expected = evaluate(CAMIoUMetric(out_dir=str(tmp_path / 'one'), plot=False))
    curve = (tmp_path / 'one' / 'cam_curve.json').read_text()
    assert json.loads(curve)['num_pictures'] == 5
    for device in ('cpu', 'gpu'):
        for rank in range(2):
            metrics = json.loads((tmp_path / f'{device}{rank}.json').read_text())
            assert metrics == expected
        assert (tmp_path / device / 'cam_curve.json').read_text() == curve


def run_rank(rank: int) -> None:
    """The work of each process in the distributed test, in a shared folder."""
    torch.distributed.init_process_group(
        'gloo', init_method=f'file://{Path.cwd() / "store"}', rank=rank, world_size=2)
    mine = list(DefaultSampler(SAMPLES, shuffle=False))
    assert len(mine) == 3
    for device in ('cpu', 'gpu'):  # ways of exchange: through files, through the process group
        metric = CAMIoUMetric(out_dir=device, plot=False, collect_device=device)
        metrics = evaluate(metric, [SAMPLES[place] for place in mine], size=len(SAMPLES))
        Path(f'{device}{rank}.json').write_text(json.dumps(metrics))
    leave_group()


if __name__ == '__main__':
    run_rank(int(sys.argv[1]))


def test_without_masks(tmp_path):
    """The label-free threshold is the same, and the share of pixels above each threshold is counted."""
    bare = []
    for sample in deepcopy(SAMPLES):
        del sample.gt_sem_seg
        bare.append(sample)
    found = evaluate(CAMIoUMetric(THRESHOLDS, masks=False, out_dir=str(tmp_path)), bare)
    known = evaluate(CAMIoUMetric(THRESHOLDS), SAMPLES)
    scores = np.concatenate([sample.cam_winner.score.numpy().ravel() for sample in SAMPLES])
    shares = [100 * (scores > np.float32(threshold)).mean() for threshold in THRESHOLDS]
    assert found['auto_thr'] == known['auto_thr'] and set(found) == {'auto_thr', 'foreground'}
    assert found['foreground'] == round(shares[THRESHOLDS.index(found['auto_thr'])], 2)
    curve = json.loads((tmp_path / 'cam_curve.json').read_text())
    np.testing.assert_allclose(curve['foreground'], shares, atol=1e-4)
    assert curve['auto']['thr'] == found['auto_thr'] and 'best' not in curve
    assert not (tmp_path / 'cam_curve.png').exists()
    with pytest.raises(InputError, match=message_names('gt_sem_seg', 'masks=False')):
        evaluate(CAMIoUMetric(THRESHOLDS), bare)


def test_maps_without_masks():
    sample = SegDataSample(metainfo=dict(ori_shape=(4, 6)))
    sample.set_data(dict(cam=PixelData(data=torch.rand(2, 2, 3)), cam_keys=torch.tensor([0, 2])))
    assert set(evaluate(CAMIoUMetric(masks=False), [sample])) == {'auto_thr', 'foreground'}
