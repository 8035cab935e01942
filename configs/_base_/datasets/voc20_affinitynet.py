# voc20 for AffinityNet, for CPUs. It is trained on the 1010 images of `train`, like all networks on voc20.
_base_ = ['voc20.py', 'small_affinitynet.py']
cam_dir = 'work_dirs/cam_efflite0_voc20/cams'
score_dir = 'work_dirs/cam_efflite0_voc20/affinity_scores'
train_dataloader = dict(
    dataset=dict(**_base_.facts, ann_file='ImageSets/Segmentation/train.txt', seg_map_dir=score_dir))
test_dataloader = dict(dataset=dict(**_base_.facts, cam_dir=cam_dir))
