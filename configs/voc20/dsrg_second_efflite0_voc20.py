# DSRG's second step on twenty classes of VOC, on a CPU.
# python tools/train.py configs/voc20/dsrg_second_efflite0_voc20.py
_base_ = 'deeplabv2_efflite0_voc20.py'
load_from = 'work_dirs/dsrg_efflite0_voc20/iter_720.pth'
pseudo_label_dir = 'work_dirs/dsrg_efflite0_voc20/masks'
model = dict(backbone=dict(init_cfg=None), decode_head=dict(align_corners=True))
train_dataloader = dict(dataset=dict(seg_map_dir=pseudo_label_dir))
custom_hooks = [*_base_.custom_hooks, dict(type='InitialWeightsHook')]
