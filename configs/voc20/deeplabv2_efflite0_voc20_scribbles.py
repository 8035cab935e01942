# DeepLabv2 on scribbles (tools/make_stroke_labels.py).
# python tools/train.py configs/voc20/deeplabv2_efflite0_voc20_scribbles.py
_base_ = 'deeplabv2_efflite0_voc20.py'
pseudo_label_dir = 'work_dirs/deeplabv2_efflite0_voc20_scribbles/labels'
train_dataloader = dict(dataset=dict(seg_map_dir=pseudo_label_dir))
