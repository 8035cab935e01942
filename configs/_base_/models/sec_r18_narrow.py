# SEC's losses on the network of deeplabv2_r18_narrow.py.
_base_ = 'deeplabv2_r18_narrow.py'
model = dict(
    type='CueEncoderDecoder',
    decode_head=dict(align_corners=True),
    losses=[dict(type='SeedLoss'), dict(type='ExpansionLoss'), dict(type='ConstrainLoss')],
    crf=dict(energies='scores'))
