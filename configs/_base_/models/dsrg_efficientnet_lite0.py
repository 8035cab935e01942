# DSRG's losses on the network of deeplabv2_efficientnet_lite0.py. Its map at stride 16 is resized to the grid of the
# cues.
_base_ = 'deeplabv2_efficientnet_lite0.py'
model = dict(
    type='CueEncoderDecoder',
    decode_head=dict(align_corners=True),
    losses=[dict(type='BalancedSeedLoss'), dict(type='ConstrainLoss', ratio=(0.05, 20))],
    crf=dict(energies='probs', gradient=True),
    growing=dict(bg_thr=0.99, fg_thr=0.85))
