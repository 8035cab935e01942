"""The report's curves and its choice of images; test_run.py looks at a whole page."""
import json
from types import SimpleNamespace

import pytest
from tiny_pipeline import write_tiny_pipeline

from mmwsss.pipeline import read_plan
from mmwsss.pipeline.losses import read_losses
from mmwsss.pipeline.report import NOTE, _sections, write_report
from mmwsss.pipeline.report_images import choose_images
from mmwsss.pipeline.stages import CAMCurve
from mmwsss.utils.errors import InputError


def write_log(path, *lines, end='\n'):
    path.parent.mkdir(parents=True)
    path.write_text('\n'.join(map(json.dumps, lines)) + end)


def test_losses_of_a_resumed_training(tmp_path):
    write_log(tmp_path / '20260101_000000' / 'vis_data' / 'scalars.json',
              dict(loss=3.0, loss_a=2.0, loss_b=1.0, lr=0.1, step=1), dict(loss=2.5, loss_a=1.5, loss_b=1.0, step=2),
              dict(loss=9.0, loss_a=8.0, loss_b=1.0, step=3))
    write_log(tmp_path / '20260101_000001' / 'vis_data' / 'scalars.json', dict(mIoU=50, step=2),
              dict(loss=2.0, loss_a=1.0, loss_b=float('nan'), step=3), end='\n{"loss": 1.0, "st')
    assert read_losses(tmp_path) == {'loss': ([1, 2, 3], [3.0, 2.5, 2.0]), 'loss_a': ([1, 2, 3], [2.0, 1.5, 1.0]),
                                     'loss_b': ([1, 2], [1.0, 1.0])}
    assert list(read_losses(tmp_path))[0] == 'loss'
    assert read_losses(tmp_path / 'nothere') == {}


def test_a_single_part_is_the_total(tmp_path):
    write_log(tmp_path / 'a' / 'vis_data' / 'scalars.json', {'loss': 2.0, 'decode.loss_ce': 2.0, 'step': 1})
    assert read_losses(tmp_path) == {'loss': ([1], [2.0])}


def test_classes_alternate():
    classes = dict(enumerate([[0], [0], [0], [1], [], [0, 1], [2]]))
    assert choose_images(classes, 3) == [0, 3, 6]
    assert choose_images(classes, 4) == [0, 3, 6, 1]
    everything = choose_images(classes, 99)
    assert sorted(everything) == list(range(7)) and everything[-1] == 4  # without a class: last


def test_nothing_to_report(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plan = read_plan(str(write_tiny_pipeline(tmp_path)), 'w')
    with pytest.raises(InputError, match='w .*run_pipeline'):
        write_report(plan, tmp_path / 'report.html')


def write_curve(folder, iou):
    folder.mkdir()
    (folder / 'cam_curve.json').write_text(json.dumps(dict(
        thresholds=[0.1, 0.2], mIoU=[1.0, iou], IoU=dict(cat=[1.0, iou]), best=dict(thr=0.2, mIoU=iou),
        auto=dict(thr=0.1, mIoU=1.0))))


def test_the_maps_of_two_networks_stand_side_by_side(tmp_path):
    plan, stages = SimpleNamespace(work_dir=tmp_path), []
    for prefix, iou in (('seed_', 40.0), ('', 50.0)):
        stages.append(CAMCurve(f'{prefix}cam_quality', f'{prefix}cams', 'a.py'))
        write_curve(tmp_path / stages[-1].name, iou)
    assert dict(stage.class_scores(plan, ['cat']) for stage in stages) == {'seed CAMs': [40.0], 'CAMs': [50.0]}
    thresholds, classes = _sections(plan, stages, ['cat'])
    assert [caption for caption, _ in thresholds.figures] == ['seed CAMs', 'CAMs'] and classes.note == NOTE


def test_without_cams_nothing_is_said_about_them():
    stage = SimpleNamespace(plots=lambda plan: [], class_scores=lambda plan, classes: ('Segmentor', [50.0]),
                            threshold_curve=lambda plan: None)
    section, = _sections(None, [stage], ['cat'])
    assert section.note == ''
