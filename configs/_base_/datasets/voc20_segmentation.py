# voc20 for the segmentor, for CPUs. It is trained on the 1010 images of `train`.
_base_ = ['voc20.py', 'small_segmentation.py']
pseudo_label_dir = 'work_dirs/irnet_efflite0_voc20/pseudo_labels'
train_dataloader = dict(
    dataset=dict(**_base_.facts, ann_file='ImageSets/Segmentation/train.txt', seg_map_dir=pseudo_label_dir))
val_dataloader = dict(dataset=_base_.facts)
test_dataloader = dict(dataset=_base_.facts)
