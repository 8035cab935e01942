# PASCAL VOC 2012 for the segmentor.
_base_ = ['voc.py', 'segmentation.py']
pseudo_label_dir = 'work_dirs/irnet_r50_voc/pseudo_labels'
train_dataloader = dict(dataset=dict(**_base_.facts, seg_map_dir=pseudo_label_dir))
val_dataloader = dict(dataset=_base_.facts)
test_dataloader = val_dataloader
