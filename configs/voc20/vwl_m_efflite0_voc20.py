# VWL-M: words from a memory bank. python tools/train.py configs/voc20/vwl_m_efflite0_voc20.py
# The published rate of 1e-3 belongs to 3966 iterations; these are 504. Frozen parts are those of all rows on voc20.
_base_ = 'vwe_hspp_efflite0_voc20.py'
model = dict(
    head=dict(
        word_cam=False, learn_word_to_image=False, encoder=dict(codebook=dict(type='MemoryBankCodebook', rate=8e-3))))
