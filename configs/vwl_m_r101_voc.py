# VWL-M (IJCV 2022): words from a memory bank. python tools/train.py configs/vwl_m_r101_voc.py
_base_ = 'vwe_hspp_r101_voc.py'
model = dict(
    backbone=dict(frozen_stages=0),  # only the first convolution and its norm
    head=dict(
        word_cam=False, learn_word_to_image=False, encoder=dict(codebook=dict(type='MemoryBankCodebook', rate=1e-3))),
    test_cfg=dict(bg_thr=0.13))
