# DeepLabv2 on the pseudo labels of irnet_r50_coco.py; the test measures the mIoU of 81 classes.
# python tools/train.py configs/deeplabv2_r101_coco.py
_base_ = [
    '_base_/models/deeplabv2_r101.py', '_base_/datasets/coco_segmentation.py',
    '_base_/schedules/deeplabv2_100k.py', '_base_/iteration_runtime.py'
]
model = dict(decode_head=dict(num_classes=81))
