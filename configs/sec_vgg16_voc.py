# SEC on the cues of cam_r50_voc.py (tools/make_cues.py). python tools/train.py configs/sec_vgg16_voc.py
_base_ = [
    '_base_/models/sec_vgg16.py', '_base_/datasets/voc_cues.py', '_base_/schedules/sec_8k.py',
    '_base_/iteration_runtime.py'
]
