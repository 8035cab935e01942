# SEC's losses on the network of deeplabv2_efficientnet_lite0.py. Its map at stride 16 is resized to the grid of the
# cues.
_base_ = 'deeplabv2_efficientnet_lite0.py'
model = dict(
    type='CueEncoderDecoder',
    decode_head=dict(align_corners=True),
    losses=[dict(type='SeedLoss'), dict(type='ExpansionLoss'), dict(type='ConstrainLoss')],
    crf=dict(energies='scores'))
