# voc6 for the segmentor, for CPUs. It is trained on the 750 images of `train_aug`.
_base_ = ['voc6.py', 'small_segmentation.py']
pseudo_label_dir = 'work_dirs/irnet_efflite0_voc6/pseudo_labels'
train_dataloader = dict(dataset=dict(**_base_.facts, seg_map_dir=pseudo_label_dir))
val_dataloader = dict(dataset=_base_.facts)
test_dataloader = dict(dataset=_base_.facts)
