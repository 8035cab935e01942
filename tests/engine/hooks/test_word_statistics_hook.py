"""Statistics of the words in the logs of a training."""
import json

import pytest
from message_names import message_names
from reference_network import REPO
from tiny_voc import write_tiny_voc

from mmwsss.engine.config import load_config
from mmwsss.engine.hooks import WordStatisticsHook
from mmwsss.engine.runner import build_runner
from mmwsss.utils.errors import InputError

CLASSES = ('bus', 'car', 'cat', 'cow', 'dog', 'horse')
CONFIG = """\
_base_ = {base!r}
train_dataloader = dict(batch_size=2, num_workers=0, persistent_workers=False, dataset=dict(
    data_root={root!r}, pipeline=[dict(type='LoadImage'), dict(type='PackImageLabelInputs')]))
val_dataloader = dict(num_workers=0, persistent_workers=False, dataset=dict(data_root={root!r}))
train_cfg = dict(max_epochs=1, val_interval=1)
param_scheduler = None
default_hooks = dict(logger=dict(interval=1))
custom_hooks = [dict(type='WordStatisticsHook', interval=1, patience=2)]
"""


def train(tmp_path, base, images=6, **options):
    """Train one epoch, and return the runner and the training's lines of scalars."""
    root = write_tiny_voc(tmp_path / 'data', CLASSES, images=images)
    config = tmp_path / 'config.py'
    config.write_text(CONFIG.format(base=str(REPO / 'configs/mini' / base), root=str(root)))
    # MMEngine keeps visualizers by name
    options = {'visualizer.name': tmp_path.name, **options}
    cfg = load_config(str(config), options, work_dir=str(tmp_path / 'work'))
    runner = build_runner(cfg, ('train', 'val'), strict=False)
    runner.train()
    lines = max((tmp_path / 'work').glob('*/vis_data/scalars.json')).read_text().splitlines()
    return runner, [line for line in map(json.loads, lines) if 'loss' in line]


def test_scalars_in_the_logs(tmp_path):
    runner, lines = train(tmp_path, 'vwl_m_r18_mini.py')
    assert len(lines) == 3
    for line in lines:
        assert 1 <= line['words_in_use'] <= 40 and 0 <= line['words_changed'] <= 1  # 2 images of 4 x 5 pixels
        assert 1 <= line['words_effective'] <= 256.01
        assert line['word_to_image'] > 0
        assert line['loss'] == pytest.approx(line['loss_cls'] + line['loss_word'], abs=1e-3)
    assert [line['words_dead'] for line in lines][0] == 0  # none can be dead before `patience` iterations
    assert 256 - 120 <= lines[2]['words_dead'] < 256
    assert not runner.model.head.encoder._forward_hooks
    log = next((tmp_path / 'work').glob('*/*.log')).read_text()
    assert 'words_in_use: ' in log and 'words_dead: ' in log


def test_a_resumed_training_goes_on_counting(tmp_path):
    runner, lines = train(tmp_path, 'vwl_m_r18_mini.py')
    before = next(hook for hook in runner.hooks if isinstance(hook, WordStatisticsHook))._last
    assert before.tolist().count(-1) >= 256 - 120 and {0, 1, 2} >= set(before.tolist()) - {-1}
    runner, more = train(tmp_path, 'vwl_m_r18_mini.py', **{
        'train_cfg.max_epochs': 2, 'resume': True, 'load_from': str(tmp_path / 'work' / 'epoch_1.pth'),
        'visualizer.name': f'{tmp_path.name} resumed'})
    after = next(hook for hook in runner.hooks if isinstance(hook, WordStatisticsHook))._last
    assert len(more) == 3 and len(lines) == 3
    assert all(new == old or new > 2 for new, old in zip(after.tolist(), before.tolist(), strict=True))
    assert (after == -1).sum() > 0
    assert more[0]['words_dead'] >= 256 - 3 * 40  # without the earlier count: 0


def test_a_model_without_words_is_trained_all_the_same(tmp_path):
    _, lines = train(tmp_path, 'cam_r18_mini.py', images=2)
    assert len(lines) == 1 and not [name for name in lines[0] if name.startswith('words')]
    assert 'WordStatisticsHook' in next((tmp_path / 'work').glob('*/*.log')).read_text()


def test_settings():
    with pytest.raises(InputError, match=message_names('interval=0')):
        WordStatisticsHook(interval=0)
