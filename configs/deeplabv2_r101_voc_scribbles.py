# DeepLabv2 on scribbles (tools/make_stroke_labels.py). python tools/train.py configs/deeplabv2_r101_voc_scribbles.py
# One scale, with the loss at the images' own size: labels at the size of the logits would lose thin scribbles.
_base_ = 'deeplabv2_r101_voc.py'
pseudo_label_dir = 'work_dirs/deeplabv2_r101_voc_scribbles/labels'
model = dict(
    _delete_=True, **{key: value for key, value in _base_.model.items() if key not in ('type', 'train_scales')},
    type='EncoderDecoder')
train_dataloader = dict(dataset=dict(seg_map_dir=pseudo_label_dir))
