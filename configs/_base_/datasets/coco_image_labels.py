# MS COCO 2014 with image-level labels.
_base_ = ['coco.py', 'image_labels.py']
train_dataloader = dict(dataset=dict(**_base_.facts, ann_file='ImageSets/Segmentation/train.txt'))
val_dataloader = dict(dataset=_base_.facts)
test_dataloader = dict(dataset=_base_.facts)
