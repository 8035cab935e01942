# The visual word encoder. python tools/train.py configs/voc20/vwe_efflite0_voc20.py
_base_ = 'cam_efflite0_voc20.py'
model = dict(
    head=dict(type='VWEHead', encoder=dict(type='VisualWordEncoder', num_words=256, frequency='sum')))
custom_hooks = [*_base_.custom_hooks, dict(type='WordStatisticsHook')]
