"""Classes without a pixel in all masks are said, not only left out of a mean."""
import logging

import numpy as np
import torch

from mmwsss.evaluation import CAMIoUMetric, ClassIoUMetric
from mmwsss.evaluation import absent_classes as module
from mmwsss.evaluation.absent_classes import absent_classes

CLASSES = ('background', 'cat', 'dog')


def test_the_sentence():
    assert absent_classes([3, 1, 2], CLASSES) == '' and absent_classes(np.array([3, 1, 2]), CLASSES) == ''
    text = absent_classes([3, 0, 0.], CLASSES)
    assert 'cat, dog' in text and '255' in text and 'background' not in text
    assert ' and 5 more' in absent_classes([0] * 15, [f'c{index}' for index in range(15)])


def test_metrics_warn(monkeypatch):
    said = []
    monkeypatch.setattr(module, 'print_log', lambda *words: said.append(words))
    truth = torch.tensor([[[0, 0, 255, 255], [0, 0, 255, 255]]])  # masks of 0 and 255
    cam = dict(gt_sem_seg=dict(data=truth), cam=dict(data=(truth == 255).float()), cam_keys=torch.tensor([0]))
    labels = dict(gt_sem_seg=dict(data=truth), pred_sem_seg=dict(data=(truth == 255).long()))
    for kind, sample in ((CAMIoUMetric, cam), (ClassIoUMetric, labels)):
        metric = kind()
        metric.dataset_meta = dict(classes=CLASSES)
        metric.process({}, [sample])
        assert metric.evaluate(1)['mIoU'] == 100
    assert [words[1:] for words in said] == [('current', logging.WARNING)] * 2
    assert all('cat, dog' in words[0] for words in said)
