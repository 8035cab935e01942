"""Train several configs one after another in one process: python train_configs.py LAUNCHER CONFIG WORK_DIR ...

Packages are loaded once; otherwise it does what `tools/train.py` does.
"""
import sys
from pathlib import Path

from mmwsss.engine.config import load_config
from mmwsss.engine.distributed import leave_group
from mmwsss.engine.runner import build_runner

launcher, *rest = sys.argv[1:]
for config, work_dir in zip(rest[::2], rest[1::2], strict=True):
    cfg = load_config(config, None, work_dir, launcher)
    cfg.experiment_name = cfg.visualizer.name = Path(config).stem  # each run has its own
    build_runner(cfg, ('train', 'val'), strict=False).train()
leave_group()
