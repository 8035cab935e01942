"""The one-pass sweep against MMSeg's IoUMetric run once for each threshold."""
import json
import os
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import pytest
import torch
from cam_samples import CLASSES, SAMPLES, THRESHOLDS, evaluate, mmseg_at
from message_names import message_names
from mmengine.dataset import DefaultSampler
from mmengine.structures import PixelData
from mmseg.registry import METRICS
from mmseg.structures import SegDataSample

from mmwsss.engine.distributed import leave_group
from mmwsss.evaluation import CAMIoUMetric
from mmwsss.evaluation.winner_histogram import winner_of
from mmwsss.utils.errors import InputError


@pytest.mark.parametrize('threshold', THRESHOLDS)
def test_a_single_threshold_gives_the_numbers_of_mmseg(threshold):
    ours = evaluate(CAMIoUMetric(thresholds=[threshold]))
    theirs = mmseg_at(threshold)
    assert {name: ours[name] for name in theirs} == theirs
    assert ours['best_thr'] == ours['auto_thr'] == threshold
    assert ours['mIoU_auto'] == ours['mIoU']


def test_the_default_sweep_finds_the_maximum_of_a_hundred_evaluations():
    metrics = evaluate(CAMIoUMetric(plot=False))
    every = [mmseg_at(percent / 100, SAMPLES)['mIoU'] for percent in range(0, 100, 7)]
    assert metrics['mIoU'] >= max(every)
    assert mmseg_at(metrics['best_thr'])['mIoU'] == metrics['mIoU']
    assert mmseg_at(metrics['auto_thr'])['mIoU'] == metrics['mIoU_auto']


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
