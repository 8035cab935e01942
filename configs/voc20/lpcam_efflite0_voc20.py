# Prototypes of cam_efflite0_voc20.py, without training.
# python tools/make_prototypes.py configs/voc20/cam_efflite0_voc20.py CHECKPOINT --pixels 50
# The file that it writes is the checkpoint of this config.
_base_ = 'cam_efflite0_voc20.py'
model = dict(head=dict(type='LPCAMHead', base=dict(type='CAMHead')), test_cfg=dict(merge=dict(type='SumAll')))
