"""The benchmark of the affinity loss, at small sizes."""
import re
import sys

import pytest
import torch
from run_tool import TOOLS, run_process

from mmwsss.models.losses import affinity_displacement_loss


def test_released_formulation_is_the_loss(monkeypatch):
    monkeypatch.setattr(sys, 'path', [str(TOOLS / 'analysis_tools'), *sys.path])
    from _benchmark_affinity import ReleasedLoss
    labels = torch.randint(0, 4, (2, 9, 15)).masked_fill(torch.rand(2, 9, 15) < 0.2, 255)
    boundary, displacement = torch.randn(2, 1, 9, 15, requires_grad=True), torch.randn(2, 2, 9, 15, requires_grad=True)
    released = ReleasedLoss(labels, radius=5)(boundary, displacement)
    ours = sum(affinity_displacement_loss(boundary, displacement, labels, radius=5).values()) / 2
    torch.testing.assert_close(released, ours)
    gradients = [torch.autograd.grad(loss, (boundary, displacement)) for loss in (released, ours)]
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_the_command(tmp_path):
    done = run_process('analysis_tools/benchmark.py', 'affinity', '--batch', 1, '--crop', 128, '--device', 'cpu',
                       cwd=tmp_path)
    assert done.status == 0, done.err
    rows = re.findall(r'^(released|ours).* ([\d.]+) +([\d.]+) +(\d+) +(-?\d+) +([\d.]+)$', done.out, re.MULTILINE)
    assert [row[0] for row in rows] == ['released', 'ours']
    assert float(rows[0][2]) == 1 and int(rows[1][3]) <= 300
    assert float(rows[0][5]) == pytest.approx(float(rows[1][5]), rel=1e-5)
