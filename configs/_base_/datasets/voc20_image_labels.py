# voc20 with image-level labels, for CPUs; training reads the images of `train`.
_base_ = ['voc20.py', 'small_image_labels.py']
train_dataloader = dict(dataset=_base_.facts)
val_dataloader = dict(dataset=_base_.facts)
test_dataloader = dict(dataset=_base_.facts)
