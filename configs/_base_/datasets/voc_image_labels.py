# PASCAL VOC 2012 with image-level labels.
_base_ = ['voc.py', 'image_labels.py']
train_dataloader = dict(dataset=_base_.facts)
val_dataloader = dict(dataset=_base_.facts)
test_dataloader = dict(dataset=_base_.facts)
