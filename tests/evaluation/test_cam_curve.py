"""The curve of all thresholds: its file, and the threshold that needs no masks."""
import json
import logging
import re
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import torch
from cam_samples import CLASSES, SAMPLES, THRESHOLDS, evaluate, mmseg_at
from message_names import message_names
from mmengine.logging import MMLogger
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmwsss.evaluation import CAMIoUMetric
from mmwsss.evaluation.threshold import otsu
from mmwsss.utils.errors import InputError


@pytest.fixture
def curve_of(tmp_path):
    """Run the metric and return its numbers and the curve file."""
    def run(samples=SAMPLES, **settings):
        metrics = evaluate(CAMIoUMetric(out_dir=str(tmp_path), plot=False, **settings), samples)
        return metrics, json.loads((tmp_path / 'cam_curve.json').read_text())
    return run


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
