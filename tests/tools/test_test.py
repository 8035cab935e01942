import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from message_names import message_names
from mmengine.config import Config
from mmseg.apis import inference_model, init_model
from PIL import Image
from run_tool import run_inside, run_process
from tiny_run import write_tiny_run


@pytest.fixture(scope='module')
def folder(tmp_path_factory) -> Path:
    """A tiny run and a checkpoint with random weights."""
    folder = tmp_path_factory.mktemp('test')
    config = write_tiny_run(folder)
    torch.manual_seed(1)
    model = init_model(str(config), device='cpu')
    torch.nn.init.normal_(model.decode_head.conv_seg.weight)
    weights = {f'module.{name}': value for name, value in model.state_dict().items()}
    torch.save(dict(state_dict=weights), folder / 'random.pth')
    return folder


@pytest.fixture(autouse=True)
def _there(folder, monkeypatch):
    monkeypatch.chdir(folder)


def predictions(folder: Path) -> list[np.ndarray]:
    """The predictions of MMSegmentation's own inference."""
    model = init_model('tiny.py', device='cpu')
    weights = torch.load('random.pth')['state_dict']
    model.load_state_dict({name.removeprefix('module.'): value for name, value in weights.items()})
    model.cfg.test_pipeline = [dict(type='LoadImageFromFile'), dict(type='PackSegInputs')]
    return [inference_model(model, f'data/images/{index}.jpg').pred_sem_seg.data[0].numpy()
            for index in range(8)]


def test_metrics_masks_and_visualizations(folder):
    outcome = run_process('test.py', 'tiny.py', 'random.pth', '--work-dir', 'w', '--out', 'masks', '--show-dir',
                          'shown', cwd=folder)
    assert outcome.status == 0, outcome.err
    expected = predictions(folder)
    truth = [np.asarray(Image.open(f'data/masks/{index}.png')) for index in range(8)]
    for index, label in enumerate(expected):
        np.testing.assert_array_equal(np.asarray(Image.open(f'masks/{index}.png')), label)
    assert 0 < np.mean(expected) < 1
    metrics = json.loads(next(Path('w').glob('*/*.json')).read_text())
    accuracy = np.mean([label == true for label, true in zip(expected, truth, strict=True)])
    assert metrics['aAcc'] == pytest.approx(100 * accuracy, abs=0.01)
    assert len(list(Path('shown').glob('**/test_*.png'))) == 8


def test_test_time_augmentation(capsys, monkeypatch):
    outcome = run_inside(capsys, monkeypatch, 'test.py', 'tiny.py', 'random.pth', '--tta', '--work-dir', 't')
    assert outcome.status == 0 and 'aAcc: ' in outcome.out
    assert "type='SegTTAModel'" in outcome.out
    assert list(Path('t').glob('**/*.png')) == []  # no visualization unless requested


def test_predictions_of_images_with_one_name_in_two_folders(folder, capsys, monkeypatch):
    for index, place in ((0, 'day'), (1, 'night')):
        for kind, suffix in (('images', 'jpg'), ('masks', 'png')):
            (folder / 'two' / kind / place).mkdir(parents=True)
            shutil.copy(folder / f'data/{kind}/{index}.{suffix}', folder / f'two/{kind}/{place}/0.{suffix}')
    outcome = run_inside(capsys, monkeypatch, 'test.py', 'tiny.py', 'random.pth', '--work-dir', 'w2', '--out', 'both',
                         '--cfg-options', 'test_dataloader.dataset.data_root=two')
    assert outcome.status == 0, outcome.err
    for place, label in zip(('day', 'night'), predictions(folder), strict=False):
        np.testing.assert_array_equal(np.asarray(Image.open(f'both/{place}/0.png')), label)


def test_averaged_weights_beside_fast_inference(folder, capsys, monkeypatch):
    """MMEngine's EMAHook exchanges parameters around the test; the metrics are those without FastInferenceHook."""
    text = "_base_ = 'tiny.py'\ncustom_imports = dict(imports=['mmwsss'])\n"
    scores = []
    for name, hooks in (('ema', ['EMAHook']), ('fast', ['FastInferenceHook', 'EMAHook'])):
        Path(f'{name}.py').write_text(f'{text}custom_hooks = {[dict(type=hook) for hook in hooks]}\n')
        outcome = run_inside(capsys, monkeypatch, 'test.py', f'{name}.py', 'random.pth', '--work-dir', name, '--json',
                             f'{name}.json')
        assert outcome.status == 0, outcome.err
        scores.append(json.loads(Path(f'{name}.json').read_text()))
    assert scores[0] == pytest.approx(scores[1], abs=0.2)


def test_a_checkpoint_of_other_classes(capsys, monkeypatch):
    weights = torch.load('random.pth')['state_dict']
    torch.save(dict(state_dict=weights, meta=dict(dataset_meta=dict(classes=('square', 'background')))), 'other.pth')
    outcome = run_inside(capsys, monkeypatch, 'test.py', 'tiny.py', 'other.pth', '--work-dir', 'w3')
    assert outcome.status == 1 and re.search(message_names('other.pth', 'square, background'), outcome.err)


@pytest.mark.parametrize('args, named', [
    (('tiny.py', 'none.pth'), ['none.pth']),
    (('tiny.py', 'random.pth', '--out', 'tiny.py'), ['tiny.py', 'exists']),
    (('tiny.py', 'random.pth', '--json', 'tiny.py/x.json'), ['tiny.py']),
    (('tiny.py', 'random.pth', '--show-dir', 'tiny.py'), ['tiny.py']),
    (('tiny.py', 'tiny.py'), ['tiny.py', 'checkpoint']),
    (('none.py', 'random.pth'), ['none.py']),
    (('plain.py', 'random.pth', '--tta'), ['plain.py', 'tta_model', 'tta_pipeline']),
    (('plain.py', 'random.pth', '--show-dir', 'x'), ['plain.py', 'visualizer']),
    (('tiny.py', 'random.pth', '--cfg-options', 'test_dataloader.dataset.data_root=/none'),
     ['test', 'BaseSegDataset', '/none/images', '/none/masks']),
])
def test_mistakes_end_with_one_message(args, named, capsys, monkeypatch):
    cfg = Config.fromfile('tiny.py')
    for key in ('tta_model', 'visualizer'):
        cfg.pop(key)
    cfg.dump('plain.py')
    outcome = run_inside(capsys, monkeypatch, 'test.py', *args)
    assert outcome.status == 1
    assert outcome.err.startswith('error: ') and 'Traceback' not in outcome.err
    assert re.search(message_names(*named), outcome.err)


def test_another_models_checkpoint_is_refused(capsys, monkeypatch):
    outcome = run_inside(capsys, monkeypatch, 'test.py', 'tiny.py', 'random.pth', '--cfg-options',
                         'model.backbone.num_stages=1', 'model.backbone.strides=[1]',
                         'model.backbone.dilations=[1]', 'model.backbone.out_indices=[0]',
                         'model.decode_head.in_channels=8', 'model.decode_head.in_index=0')
    assert outcome.status == 1 and 'Traceback' not in outcome.err
    assert re.search('^error: .*random.pth', outcome.err, re.M)
    assert 'backbone.layer2.0.bn1.bias' in outcome.err
    shapes = next(line for line in outcome.err.splitlines() if '8x16x3x3' in line)
    assert re.search(message_names('decode_head.convs.0.conv.weight', '8x8x3x3'), shapes)


def test_help_has_examples(capsys, monkeypatch):
    outcome = run_inside(capsys, monkeypatch, 'test.py', '--help')
    assert outcome.status == 0
    for text in ('--work-dir', '--out', '--show', '--show-dir', '--wait-time', '--cfg-options', '--launcher',
                 '--tta', '--local_rank', 'bash tools/dist_test.sh'):
        assert text in outcome.out
