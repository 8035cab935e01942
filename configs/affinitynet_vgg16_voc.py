# AffinityNet on VGG16, as published. python tools/train.py configs/affinitynet_vgg16_voc.py
_base_ = [
    '_base_/models/affinitynet_vgg16.py', '_base_/datasets/voc_affinitynet.py', '_base_/schedules/psa_8e.py',
    '_base_/default_runtime.py'
]
# The head's norms have the learning rates of the backbone.
optim_wrapper = dict(
    paramwise_cfg=dict(
        custom_keys={
            'head.norms': dict(lr_mult=1),
            'head.norms.0.bias': dict(lr_mult=2, decay_mult=0),
            'head.norms.1.bias': dict(lr_mult=2, decay_mult=0),
            'head.norms.2.bias': dict(lr_mult=2, decay_mult=0)
        }))
