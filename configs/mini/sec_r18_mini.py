# SEC on the drawn sample; it starts from the trained classifier's backbone.
# python tools/train.py configs/mini/sec_r18_mini.py
_base_ = [
    '../_base_/models/sec_r18_narrow.py', '../_base_/datasets/sample_cues.py', '../_base_/schedules/mini_720.py',
    '../_base_/iteration_runtime.py'
]
model = dict(
    backbone=dict(
        init_cfg=dict(type='Pretrained', checkpoint='work_dirs/cam_r18_mini/epoch_15.pth', prefix='backbone.')))
default_hooks = dict(logger=dict(interval=20), checkpoint=dict(interval=120))
