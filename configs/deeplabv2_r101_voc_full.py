# The same with all masks of train_aug: full supervision as the reference for weak supervision.
# python tools/train.py configs/deeplabv2_r101_voc_full.py
_base_ = 'deeplabv2_r101_voc.py'
train_dataloader = dict(
    dataset=dict(seg_map_dir=None, data_prefix=dict(img_path='JPEGImages', seg_map_path='SegmentationClassAug')))
