# The Gated CRF loss for any config of a segmentor, as its authors train: on the map of logits, without pairs that start
# on padding. The width of colours is in units of the normalised image; 0.1 is 5.7 of 256 grey levels with ImageNet's
# deviations.
image_loss = dict(
    type='GatedCRFLoss', radius=5, kernels=[dict(weight=1.0, xy=6.0, rgb=0.1)], loss_weight=0.1)
# What the loss must know of each image: PackSegInputs with `crop_window` of RandomCropPad.
image_loss_meta_keys = ('img_path', 'seg_map_path', 'ori_shape', 'img_shape', 'pad_shape', 'scale_factor', 'flip',
                        'flip_direction', 'crop_window')
