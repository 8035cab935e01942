# VWL-L (IJCV 2022) on MS COCO 2014. python tools/train.py configs/vwl_l_r101_coco.py
_base_ = 'vwe_hspp_r50_coco.py'
model = dict(
    backbone=dict(depth=101, init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet101')),
    head=dict(word_cam=False, encoder=dict(codebook=dict(type='LearnableCodebook', decorrelation=1.0))),
    test_cfg=dict(bg_thr=0.13))
