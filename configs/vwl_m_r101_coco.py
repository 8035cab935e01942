# VWL-M (IJCV 2022) on MS COCO 2014. python tools/train.py configs/vwl_m_r101_coco.py
_base_ = 'vwe_hspp_r50_coco.py'
model = dict(
    backbone=dict(
        depth=101, frozen_stages=0, init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet101')),
    head=dict(
        word_cam=False, learn_word_to_image=False, encoder=dict(codebook=dict(type='MemoryBankCodebook', rate=1e-3))),
    test_cfg=dict(bg_thr=0.13))
