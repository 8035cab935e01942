# The visual word encoder alone, on average pooling. python tools/train.py configs/vwe_r50_voc.py
_base_ = 'cam_r50_voc.py'
model = dict(
    head=dict(type='VWEHead', encoder=dict(type='VisualWordEncoder', num_words=256, frequency='sum')))
custom_hooks = [*_base_.custom_hooks, dict(type='WordStatisticsHook')]
