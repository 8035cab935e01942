"""Checking the checkpoint that a training starts from."""
from collections.abc import Sequence

from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS

from ..checkpoints import require_fit


@HOOKS.register_module()
class InitialWeightsHook(Hook):
    """Refuse a `load_from` that belongs to another model.

    MMEngine only warns about weights that do not fit. For a config that trains on from another one, a wrong checkpoint
    is a mistake.

    Args:
        new: what the names of new weights start with; only these may be missing in the checkpoint.
    """

    def __init__(self, new: Sequence[str] = ()) -> None:
        self.new = tuple(new)

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Compare the checkpoint with the model.

        Args:
            runner: its model gets the weights.
            checkpoint: what was loaded.

        Raises:
            InputError: weights are missing, unexpected or of another shape; the message names them.
        """
        require_fit(runner.model, checkpoint, runner.cfg.get('load_from') or 'The checkpoint', self.new)
