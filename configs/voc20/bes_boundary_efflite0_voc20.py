# BES refines CAMs on twenty classes of VOC, on a CPU.
# python tools/train.py configs/voc20/bes_boundary_efflite0_voc20.py
_base_ = [
    '../_base_/models/boundary_efficientnet_lite0.py', '../_base_/datasets/voc20_boundary.py',
    '../_base_/schedules/irnet_3e_momentum.py', '../_base_/cpu_runtime.py'
]
default_hooks = dict(logger=dict(interval=10))
