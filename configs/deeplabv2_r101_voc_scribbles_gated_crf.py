# The same with the Gated CRF loss. python tools/train.py configs/deeplabv2_r101_voc_scribbles_gated_crf.py
_base_ = ['deeplabv2_r101_voc_scribbles.py', '_base_/models/gated_crf.py']
model = dict(type='ImageLossEncoderDecoder', image_loss=_base_.image_loss)
train_pipeline = [*_base_.train_pipeline[:-1], dict(type='PackSegInputs', meta_keys=_base_.image_loss_meta_keys)]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
