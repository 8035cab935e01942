# The same with masks: full supervision as the reference for weak supervision.
# python tools/train.py configs/voc6/deeplabv2_efflite0_voc6_full.py
_base_ = 'deeplabv2_efflite0_voc6.py'
train_dataloader = dict(dataset=dict(seg_map_dir=None, data_prefix=dict(seg_map_path='SegmentationClassAug')))
