# MS COCO 2014 for the segmentor.
_base_ = ['coco.py', 'segmentation.py']
pseudo_label_dir = 'work_dirs/irnet_r50_coco/pseudo_labels'
train_dataloader = dict(
    dataset=dict(**_base_.facts, ann_file='ImageSets/Segmentation/train.txt', seg_map_dir=pseudo_label_dir))
val_dataloader = dict(dataset=_base_.facts)
test_dataloader = val_dataloader
