import importlib.util

import pytest
from message_names import message_names
from mmengine.config import Config

from mmwsss.engine.watching import add_backends
from mmwsss.utils.errors import InputError

LOCAL = dict(type='LocalVisBackend')


@pytest.fixture(autouse=True)
def _installed(monkeypatch):
    monkeypatch.setattr(importlib.util, 'find_spec', lambda name: name != 'wandb' or None)


def test_backends_are_added_once():
    cfg = Config(dict(visualizer=dict(type='CAMLocalVisualizer', vis_backends=[LOCAL])))
    add_backends(cfg, [])
    assert cfg.visualizer.vis_backends == [LOCAL]
    for _ in range(2):
        add_backends(cfg, ['tensorboard', 'MLflow', 'mlflow'])
        assert cfg.visualizer.type == 'CAMLocalVisualizer'
        assert cfg.visualizer.vis_backends == [LOCAL, dict(type='TensorboardVisBackend'), dict(type='MLflowVisBackend')]


def test_a_config_without_visualizer_gets_one():
    cfg = Config()
    add_backends(cfg, ['tensorboard'])
    assert cfg.visualizer.vis_backends == [LOCAL, dict(type='TensorboardVisBackend')]


def test_unknown_and_missing_are_named():
    with pytest.raises(InputError, match=message_names('tensorbord', 'tensorboard', 'wandb')):
        add_backends(Config(), ['tensorbord'])
    with pytest.raises(InputError, match=message_names('pip install wandb')):
        add_backends(Config(), ['wandb'])
