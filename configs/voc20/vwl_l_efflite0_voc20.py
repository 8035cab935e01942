# VWL-L: decorrelated words. python tools/train.py configs/voc20/vwl_l_efflite0_voc20.py
_base_ = 'vwe_hspp_efflite0_voc20.py'
model = dict(
    head=dict(word_cam=False, encoder=dict(codebook=dict(type='LearnableCodebook', decorrelation=1.0))))
