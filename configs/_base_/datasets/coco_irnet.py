# MS COCO 2014 for IRNet.
_base_ = ['coco.py', 'irnet.py']
cam_dir = 'work_dirs/vwe_hspp_r50_coco/cams'
ir_label_dir = 'work_dirs/vwe_hspp_r50_coco/ir_labels'
train_dataloader = dict(
    dataset=dict(**_base_.facts, ann_file='ImageSets/Segmentation/train.txt', seg_map_dir=ir_label_dir))
mean_dataloader = dict(dataset=_base_.facts)
test_dataloader = dict(dataset=dict(**_base_.facts, cam_dir=cam_dir))
