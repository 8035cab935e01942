# DSRG's second step: a plain segmentor that goes on from dsrg_r101_voc.py, with that network's masks of train_aug
# (tools/make_masks.py) as labels. python tools/train.py configs/dsrg_second_r101_voc.py
_base_ = 'deeplabv2_r101_voc.py'
load_from = 'work_dirs/dsrg_r101_voc/iter_8000.pth'
pseudo_label_dir = 'work_dirs/dsrg_r101_voc/masks'
model = dict(
    _delete_=True,
    **{key: value for key, value in _base_.model.items()
       if key not in ('type', 'train_scales', 'backbone', 'decode_head')},
    type='EncoderDecoder',
    backbone=dict(_base_.model.backbone, init_cfg=None),
    decode_head=dict(_base_.model.decode_head, align_corners=True))
train_dataloader = dict(dataset=dict(seg_map_dir=pseudo_label_dir))
optim_wrapper = dict(optimizer=dict(lr=1e-3))
custom_hooks = [*_base_.custom_hooks, dict(type='InitialWeightsHook')]
