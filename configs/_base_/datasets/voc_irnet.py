# PASCAL VOC 2012 for IRNet.
_base_ = ['voc.py', 'irnet.py']
cam_dir = 'work_dirs/vwe_hspp_r50_voc/cams'
ir_label_dir = 'work_dirs/vwe_hspp_r50_voc/ir_labels'
train_dataloader = dict(dataset=dict(**_base_.facts, seg_map_dir=ir_label_dir))
mean_dataloader = dict(dataset=_base_.facts)
test_dataloader = dict(dataset=dict(**_base_.facts, cam_dir=cam_dir))
