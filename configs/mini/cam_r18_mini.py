# Average pooling on the drawn sample. python tools/train.py configs/mini/cam_r18_mini.py
_base_ = [
    '../_base_/models/cam_r18_narrow.py', '../_base_/datasets/sample_image_labels.py',
    '../_base_/schedules/mini_15e.py', '../_base_/default_runtime.py'
]
default_hooks = dict(logger=dict(interval=5))
