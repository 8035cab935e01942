# ReCAM trains on from hspp_efflite0_voc20.py. python tools/train.py configs/voc20/recam_hspp_efflite0_voc20.py
_base_ = 'recam_efflite0_voc20.py'
load_from = 'work_dirs/hspp_efflite0_voc20/epoch_8.pth'
model = dict(neck=dict(_delete_=True, type='HSPP', levels=(1, 2, 4), gamma=2.0))
