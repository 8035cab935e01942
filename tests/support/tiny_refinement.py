"""Configs of a classifier and an IRNet on tiny data, and the files that their tools write."""
from pathlib import Path

from reference_network import REPO

CLASSES = ('bus', 'car', 'cat', 'cow', 'dog', 'horse')
META = dict(classes=('background', *CLASSES))
DATA = "data_root='data', indices=None"
CLASSIFIER = f"""\
_base_ = {str(REPO / 'configs/mini/vwe_hspp_r18_mini.py')!r}
train_dataloader = dict(dataset=dict({DATA}))
val_dataloader = dict(dataset=dict({DATA}))
test_dataloader = dict(dataset=dict({DATA}))
"""
IRNET = f"""\
_base_ = {str(REPO / 'configs/mini/irnet_r18_mini.py')!r}
model = dict(backbone=dict(init_cfg=None), head=dict(radius=4), test_cfg=dict(min_size=64))
train_dataloader = dict(batch_size=3, dataset=dict({DATA}, seg_map_dir='ir_labels'))
test_dataloader = dict(dataset=dict({DATA}, cam_dir='cams'))
train_cfg = dict(max_epochs=1)
param_scheduler = None
default_hooks = dict(checkpoint=dict(max_keep_ckpts=1))
custom_hooks = []
"""


def contents(folder: Path, suffix: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob(f'*{suffix}'))}


def ids() -> list[str]:
    return [f'2007_{index:06d}' for index in range(6)]
