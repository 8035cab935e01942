"""The losses of a training, for its report."""
from pathlib import Path

from mmwsss.engine.training_log import Curve, read_training_log


def read_losses(folder: Path) -> dict[str, Curve]:
    """Read the losses of a training.

    Args:
        folder: the work dir of the training.

    Returns:
        Name -> iterations and values, the total first; parts where there are several.
    """
    # MMSeg's heads put their own names before
    curves = {name: curve for name, curve in read_training_log(folder).items() if 'loss' in name}
    losses = dict(sorted(curves.items(), key=lambda item: item[0] != 'loss'))
    return losses if len(losses) != 2 else {'loss': losses['loss']}  # a single part is the total
