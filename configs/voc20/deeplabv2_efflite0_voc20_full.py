# The same with masks: full supervision as the reference for weak supervision.
# python tools/train.py configs/voc20/deeplabv2_efflite0_voc20_full.py
_base_ = 'deeplabv2_efflite0_voc20.py'
train_dataloader = dict(dataset=dict(seg_map_dir=None))
