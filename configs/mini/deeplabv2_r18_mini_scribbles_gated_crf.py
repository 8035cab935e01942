# The same with the Gated CRF loss. Its width of colours is that of the published setting in grey levels.
# python tools/train.py configs/mini/deeplabv2_r18_mini_scribbles_gated_crf.py
_base_ = ['deeplabv2_r18_mini_scribbles.py', '../_base_/models/gated_crf.py']
model = dict(
    type='ImageLossEncoderDecoder',
    image_loss=dict(**{**_base_.image_loss, 'kernels': [dict(weight=1.0, xy=6.0, rgb=0.09)]}))
train_pipeline = [*_base_.train_pipeline[:-1], dict(type='PackSegInputs', meta_keys=_base_.image_loss_meta_keys)]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
