# Prototypes of cam_r18_mini.py, without training.
# python tools/make_prototypes.py configs/mini/cam_r18_mini.py CHECKPOINT
# The file that it writes is the checkpoint of this config.
_base_ = 'cam_r18_mini.py'
model = dict(head=dict(type='LPCAMHead', base=dict(type='CAMHead')), test_cfg=dict(merge=dict(type='SumAll')))
