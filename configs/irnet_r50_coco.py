# IRNet refines the CAMs of vwe_hspp_r50_coco.py. python tools/train.py configs/irnet_r50_coco.py
# Before: tools/make_cams.py and tools/make_ir_labels.py; after: tools/make_pseudo_labels.py.
_base_ = [
    '_base_/models/irnet_r50.py', '_base_/datasets/coco_irnet.py', '_base_/schedules/irnet_3e.py',
    '_base_/default_runtime.py'
]
custom_hooks = [
    dict(type='FastInferenceHook'), dict(type='ProgressHook'),
    dict(type='MeanShiftHook', dataloader={{_base_.mean_dataloader}})
]
