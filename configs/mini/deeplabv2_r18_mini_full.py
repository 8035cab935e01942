# The same with the exact masks: full supervision as the reference for weak supervision.
# python tools/train.py configs/mini/deeplabv2_r18_mini_full.py
_base_ = 'deeplabv2_r18_mini.py'
train_dataloader = dict(dataset=dict(seg_map_dir=None))
