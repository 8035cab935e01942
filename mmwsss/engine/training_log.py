"""What MMEngine logged while a network trained."""
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

Curve = tuple[list[float], list[float]]  # iterations and values
FILES = '*/vis_data/scalars.json'  # in a work dir, one for each start


def read_training_log(folder: Path) -> dict[str, Curve]:
    """Read all numbers that a training logged beside its loss. A later run, resumed or anew, counts from its begin on.

    Args:
        folder: work dir of the training.

    Returns:
        Name -> iterations, ascending, and values. Values that are not finite are left out.
    """
    steps: dict[int, dict[str, Any]] = {}
    for path in sorted(folder.glob(FILES)):
        lines = [line for line in _json_lines(path) if 'loss' in line]
        begin = min((line['step'] for line in lines), default=math.inf)
        steps = {step: line for step, line in steps.items() if step < begin}
        steps.update((line['step'], line) for line in lines)
    curves: dict[str, Curve] = {}
    for step, line in sorted(steps.items()):
        for name, value in line.items():
            if isinstance(value, int | float) and math.isfinite(value):
                x, y = curves.setdefault(name, ([], []))
                x.append(step)
                y.append(value)
    return curves


def training_folders(folder: Path) -> list[Path]:
    """The work dirs of trainings in a folder and below it, sorted."""
    return sorted({path.parents[2] for path in folder.rglob('vis_data/scalars.json')})


def part_means(curve: Curve, last: float, parts: int) -> list[float | None]:
    """Mean values of a curve over equal parts of a training.

    Args:
        curve: iterations, from 1, and values.
        last: iteration in which the training ended.
        parts: number of parts, at least 1.

    Returns:
        The mean of each part; `None` where nothing was logged.
    """
    values: Sequence[list[float]] = [[] for _ in range(parts)]
    for step, value in zip(*curve, strict=True):
        values[min(max(math.ceil(step * parts / last) - 1, 0), parts - 1)].append(value)
    return [sum(part) / len(part) if part else None for part in values]


def _json_lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text().splitlines():
        try:
            yield json.loads(line)
        except ValueError:  # a killed run may have left half a line
            continue
