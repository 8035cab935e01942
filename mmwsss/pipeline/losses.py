"""The losses of a training, from what MMEngine logged."""
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def read_losses(folder: Path) -> dict[str, tuple[list[float], list[float]]]:
    """Read the losses of a training; where it was resumed, the later run counts.

    Args:
        folder: the work dir of the training.

    Returns:
        Name -> iterations and values, the total first; parts where there are several.
    """
    steps: dict[int, dict[str, float]] = {}
    for path in sorted(folder.glob('*/vis_data/scalars.json')):
        for line in _json_lines(path):
            if 'loss' in line:
                steps[line['step']] = line
    losses: dict[str, tuple[list[float], list[float]]] = {}
    for step, line in sorted(steps.items()):
        for name, value in sorted(line.items(), key=lambda item: item[0] != 'loss'):
            # MMSeg's heads put their own names before
            if 'loss' in name and isinstance(value, int | float) and math.isfinite(value):
                x, y = losses.setdefault(name, ([], []))
                x.append(step)
                y.append(value)
    return losses if len(losses) != 2 else {'loss': losses['loss']}  # a single part is the total


def _json_lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text().splitlines():
        try:
            yield json.loads(line)
        except ValueError:  # a killed run may have left half a line
            continue
