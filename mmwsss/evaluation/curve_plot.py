"""The plot of a CAM threshold curve."""
import os
from collections.abc import Sequence

from matplotlib.backends.backend_agg import FigureCanvasAgg

from mmwsss.utils.atomic import atomic_path
from mmwsss.visualization.figures import curve_figure


def plot_curve(path: str | os.PathLike, thresholds: Sequence[float], miou: Sequence[float],
               marks: dict[str, int]) -> None:
    """Plot mIoU over the background threshold into a PNG.

    Args:
        path: the PNG to write, atomically.
        thresholds: `(T,)` increasing background thresholds in [0, 1).
        miou: `(T,)` mIoU at each threshold, in percent.
        marks: name of each marked threshold -> its index in `thresholds`.
    """
    points = {f'{name}: {miou[index]:.2f} at {thresholds[index]:g}': (thresholds[index], miou[index])
              for name, index in marks.items()}
    figure = curve_figure({'all thresholds': (thresholds, miou)}, 'background threshold', 'mIoU (%)', points)
    FigureCanvasAgg(figure)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=150)
