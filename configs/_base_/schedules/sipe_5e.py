# SIPE's schedule: IRN's, with gradients clipped to a norm of 1.
_base_ = 'cam_5e.py'
optim_wrapper = dict(clip_grad=dict(max_norm=1))
