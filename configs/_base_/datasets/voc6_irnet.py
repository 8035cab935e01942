# voc6 for IRNet, for CPUs. It is trained on the 750 images of `train_aug`; the mean displacement and
# the test use the 370 images of `train`.
_base_ = ['voc6.py', 'small_irnet.py']
cam_dir = 'work_dirs/vwe_hspp_efflite0_voc6/cams'
ir_label_dir = 'work_dirs/vwe_hspp_efflite0_voc6/ir_labels'
train_dataloader = dict(dataset=dict(**_base_.facts, seg_map_dir=ir_label_dir))
mean_dataloader = dict(dataset=_base_.facts)
test_dataloader = dict(dataset=dict(**_base_.facts, cam_dir=cam_dir))
