# The visual word encoder. python tools/train.py configs/mini/vwe_r18_mini.py
_base_ = 'cam_r18_mini.py'
model = dict(
    head=dict(type='VWEHead', encoder=dict(type='VisualWordEncoder', num_words=256, frequency='sum')))
custom_hooks = [*_base_.custom_hooks, dict(type='WordStatisticsHook')]
