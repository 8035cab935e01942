import numpy as np
import pytest
from mmengine.config import Config
from mmengine.runner import Runner
from mmseg.datasets import BaseSegDataset
from tiny_run import write_tiny_run

from mmwsss.engine.preflight import build_datasets
from mmwsss.engine.runner_adapter import dataset_of, hand_over


def test_the_runner_reads_no_dataset_again(tmp_path, monkeypatch):
    cfg = Config.fromfile(write_tiny_run(tmp_path))
    datasets = build_datasets(cfg, ('test', ))
    runner = Runner.from_cfg(Config(dict(cfg, work_dir=str(tmp_path / 'w'), experiment_name='adapter')))
    hand_over(datasets, runner)
    assert dataset_of(runner, 'test') is datasets['test']
    monkeypatch.setattr(BaseSegDataset, 'load_data_list', lambda self: pytest.fail('read again'))
    loop = runner.build_test_loop(runner._test_loop)
    assert len(loop.dataloader.dataset) == 8
    np.testing.assert_array_equal(loop.dataloader.dataset[3]['inputs'], datasets['test'][3]['inputs'])
