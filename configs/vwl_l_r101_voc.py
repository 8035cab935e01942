# VWL-L (IJCV 2022): decorrelated words. python tools/train.py configs/vwl_l_r101_voc.py
_base_ = 'vwe_hspp_r101_voc.py'
model = dict(
    head=dict(word_cam=False, encoder=dict(codebook=dict(type='LearnableCodebook', decorrelation=1.0))),
    test_cfg=dict(bg_thr=0.13))
