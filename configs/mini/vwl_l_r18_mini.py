# VWL-L on the drawn sample: decorrelated words. python tools/train.py configs/mini/vwl_l_r18_mini.py
_base_ = 'vwe_hspp_r18_mini.py'
model = dict(head=dict(word_cam=False, encoder=dict(codebook=dict(type='LearnableCodebook', decorrelation=1.0))))
