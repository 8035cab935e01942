# voc20 for IRNet, for CPUs. It is trained on the 1010 images of `train`, like all networks on voc20.
_base_ = ['voc20.py', 'small_irnet.py']
cam_dir = 'work_dirs/vwe_hspp_efflite0_voc20/cams'
ir_label_dir = 'work_dirs/vwe_hspp_efflite0_voc20/ir_labels'
train_dataloader = dict(
    dataset=dict(**_base_.facts, ann_file='ImageSets/Segmentation/train.txt', seg_map_dir=ir_label_dir))
mean_dataloader = dict(dataset=_base_.facts)
test_dataloader = dict(dataset=dict(**_base_.facts, cam_dir=cam_dir))
