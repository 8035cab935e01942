# DSRG's second step on the drawn sample, on a CPU. python tools/train.py configs/mini/dsrg_second_r18_mini.py
_base_ = 'deeplabv2_r18_mini.py'
load_from = 'work_dirs/dsrg_r18_mini/iter_720.pth'
pseudo_label_dir = 'work_dirs/dsrg_r18_mini/masks'
model = dict(backbone=dict(init_cfg=None), decode_head=dict(align_corners=True))
train_dataloader = dict(dataset=dict(seg_map_dir=pseudo_label_dir))
custom_hooks = [*_base_.custom_hooks, dict(type='InitialWeightsHook')]
