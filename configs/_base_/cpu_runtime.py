# Settings of all stages, and a memory layout for CPUs.
_base_ = 'default_runtime.py'
custom_hooks = [dict(type='FastInferenceHook'), dict(type='ProgressHook'), dict(type='ChannelsLastHook')]
