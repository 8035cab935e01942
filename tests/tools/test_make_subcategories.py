"""The tool that clusters the images of each class."""
import json
import re

import numpy as np
import pytest
import torch
from message_names import message_names
from run_tool import run_inside, run_process
from tiny_pipeline import CLASSES, write_tiny_pipeline

from mmwsss.engine.config import load_config
from mmwsss.engine.file_writing import prepare
from mmwsss.engine.runner import build_runner
from mmwsss.engine.runner_adapter import dataset_of
from mmwsss.engine.sub_categories import image_features
from mmwsss.models import Features
from mmwsss.pseudo_labels import sub_categories

TOOL = 'make_subcategories.py'


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Configs of networks, and an untrained classifier's checkpoint."""
    folder = tmp_path_factory.mktemp('sub categories')
    write_tiny_pipeline(folder)
    cfg = load_config(str(folder / 'classifier.py'), work_dir=str(folder / 'w'))
    torch.manual_seed(0)
    torch.save(build_runner(cfg, ('test', ), strict=False).model.state_dict(), folder / 'classifier.pth')
    return folder


def test_features_and_labels(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    done = run_inside(capsys, monkeypatch, TOOL, 'classifier.py', 'classifier.pth', '--out', 'x/subs.json', '--k', 2)
    assert done.status == 0, done.err
    assert re.search(message_names('x/subs.json', '6 images', '12 sub-categories'), done.out)

    cfg = load_config('classifier.py')
    prepare(cfg, 'classifier.pth', 'y')
    runner = build_runner(cfg, ('test', ), strict=True)
    infos = [dataset_of(runner, 'test').get_data_info(index) for index in range(6)]
    ids = [info['img_id'] for info in infos]
    features = image_features(runner, ids)
    image = dataset_of(runner, 'test')[3]  # one image by hand
    with torch.no_grad():
        inputs = runner.model.data_preprocessor(dict(inputs=[image['inputs']]))['inputs']
        levels = Features(*runner.model.extract_feat(inputs)).levels
    np.testing.assert_allclose(features[3], levels[-1].mean((2, 3))[0], rtol=1e-4, atol=1e-5)

    content = json.loads((folder / 'x/subs.json').read_text())
    assert content['sub_categories'] == 2 and content['classes'] == list(CLASSES)
    assert content['made_from']['seed'] == 0 and content['made_from']['list'] == 'train.txt'
    labels = np.stack([info['gt_score'] for info in infos])
    expected = sub_categories(features, labels, 2).labels
    assert {name: np.flatnonzero(row).tolist() for name, row in zip(ids, expected, strict=True)} == content['images']
    assert list(content['images']) == [ids[index] for index in np.argsort(labels.argmax(1), kind='stable')]


def test_two_processes_give_the_same_file(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    arguments = [TOOL, 'classifier.py', 'classifier.pth', '--k', 2, '--out']
    one = run_inside(capsys, monkeypatch, *arguments, 'one.json')
    two = run_process('dist_run.sh', 2, *arguments, 'two.json', cwd=folder)
    assert (one.status, two.status) == (0, 0), one.err + two.err[-3000:]
    assert json.loads((folder / 'one.json').read_text()) == json.loads((folder / 'two.json').read_text())


def test_bad_input(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    done = run_inside(capsys, monkeypatch, TOOL, 'classifier.py', 'classifier.pth', '--k', 3, '--out', 'z.json')
    assert done.status == 1 and 'features' not in done.err  # before anything long runs
    for name in ('k=3', 'bus (2)', 'horse (2)', '--allow-fewer'):
        assert name in done.err
    done = run_inside(capsys, monkeypatch, TOOL, 'classifier.py', 'classifier.pth', '--k', 3, '--allow-fewer', '--out',
                      'z.json')
    assert done.status == 0 and json.loads((folder / 'z.json').read_text())['sub_categories'] == 3
    done = run_inside(capsys, monkeypatch, TOOL, 'classifier.py', 'classifier.pth', '--k', 2, '--seed', -1)
    assert done.status == 1 and '--seed' in done.err and '-1' in done.err and 'features' not in done.err
    done = run_inside(capsys, monkeypatch, TOOL, 'classifier.py', 'nothing.pth')
    assert done.status == 1 and 'nothing.pth' in done.err
    for factor, name in ((torch.nan, 'huge.pth'), (1e30, '2007_000000')):  # of weights, then of features
        weights = {key: value * factor if value.is_floating_point() else value
                   for key, value in torch.load('classifier.pth').items()}
        torch.save(weights, 'huge.pth')
        done = run_inside(capsys, monkeypatch, TOOL, 'classifier.py', 'huge.pth', '--k', 2, '--out', 'huge.json')
        assert done.status == 1 and name in done.err and not (folder / 'huge.json').exists()
