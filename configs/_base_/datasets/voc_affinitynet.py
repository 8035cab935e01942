# PASCAL VOC 2012 for AffinityNet.
_base_ = ['voc.py', 'affinitynet.py']
cam_dir = 'work_dirs/cam_r50_voc/cams'
score_dir = 'work_dirs/cam_r50_voc/affinity_scores'
train_dataloader = dict(dataset=dict(**_base_.facts, seg_map_dir=score_dir))
test_dataloader = dict(dataset=dict(**_base_.facts, cam_dir=cam_dir))
