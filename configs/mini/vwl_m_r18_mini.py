# VWL-M on the drawn sample: a memory bank. python tools/train.py configs/mini/vwl_m_r18_mini.py
_base_ = 'vwe_hspp_r18_mini.py'
model = dict(
    head=dict(word_cam=False, learn_word_to_image=False, encoder=dict(codebook=dict(type='MemoryBankCodebook'))))
