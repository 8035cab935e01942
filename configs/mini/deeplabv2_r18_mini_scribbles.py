# DeepLabv2 on scribbles (tools/make_stroke_labels.py), from random weights.
# python tools/train.py configs/mini/deeplabv2_r18_mini_scribbles.py
_base_ = 'deeplabv2_r18_mini.py'
pseudo_label_dir = 'work_dirs/deeplabv2_r18_mini_scribbles/labels'
model = dict(backbone=dict(init_cfg=None))  # no classifier is trained before
train_dataloader = dict(dataset=dict(seg_map_dir=pseudo_label_dir))
