# default_runtime.py for iteration-based training.
_base_ = 'default_runtime.py'
log_processor = dict(by_epoch=False)
default_hooks = dict(
    logger=dict(log_metric_by_epoch=False),
    checkpoint=dict(by_epoch=False, interval=2000))
