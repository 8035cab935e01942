# Prototypes of a classifier, without training.
# python tools/make_prototypes.py configs/cam_irn_all_r50_voc.py CHECKPOINT
# The file that it writes is the checkpoint of this config. python tools/test.py configs/lpcam_r50_voc.py PROTOTYPES
_base_ = 'cam_irn_all_r50_voc.py'
model = dict(
    head=dict(type='LPCAMHead', base=dict(type='CAMHead')),
    test_cfg=dict(bg_thr=0.3))
