"""A faster memory layout in training."""
import torch
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from mmseg.registry import HOOKS


@HOOKS.register_module()
class ChannelsLastHook(Hook):
    """Train with channels-last weights, which most convolutions of a CPU prefer.

    Results differ only by rounding. In distributed training nothing is changed: the gradients' buckets keep the layout
    that the weights had when the model was wrapped. Measure the speed with `tools/analysis_tools/benchmark.py methods`.
    """

    def before_train(self, runner: Runner) -> None:
        """Change the layout of the weights; feature maps follow them."""
        if not is_model_wrapper(runner.model):
            runner.model.to(memory_format=torch.channels_last)
