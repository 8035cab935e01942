# AffinityNet on data sets of about a thousand images: three epochs with a momentum of 0.9, which makes steps ten times
# as large, and learning rates a tenth of the published ones.
_base_ = 'psa_8e.py'
optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.01, momentum=0.9, weight_decay=5e-4))
param_scheduler = [
    dict(type='PolyLR', power=0.9, eta_min=0, begin=0, end=3, by_epoch=True, convert_to_iter_based=True)
]
train_cfg = dict(max_epochs=3)
