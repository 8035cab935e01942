# PASCAL VOC 2012 for a segmentor that learns from cues.
_base_ = ['voc.py', 'cues.py']
cam_dir = 'work_dirs/cam_r50_voc/cams'
cue_dir = 'work_dirs/cam_r50_voc/cues'
train_dataloader = dict(dataset=dict(**_base_.facts, seg_map_dir=cue_dir))
val_dataloader = dict(dataset=_base_.facts)
test_dataloader = val_dataloader
