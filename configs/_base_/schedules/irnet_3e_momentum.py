# IRNet on data sets of a few hundred images. The published three epochs are a thousand iterations on VOC; here a
# momentum of 0.9, which makes steps ten times as large, compensates. One learning rate for both branches.
_base_ = 'irnet_3e.py'
optim_wrapper = dict(
    optimizer=dict(type='SGD', lr=0.1, momentum=0.9, weight_decay=1e-4), paramwise_cfg=dict(_delete_=True))
