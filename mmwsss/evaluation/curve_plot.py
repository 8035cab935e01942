"""The image of a CAM threshold curve."""
import os
from collections.abc import Sequence

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from mmwsss.utils.atomic import atomic_path


def plot_curve(path: str | os.PathLike, thresholds: Sequence[float], miou: Sequence[float],
               marks: dict[str, int]) -> None:
    """Draw mIoU over the background threshold into a PNG.

    The figure is built from Matplotlib's objects: no backend is chosen and nothing global changes,
    so it works without a display and beside other figures.

    Args:
        path: the PNG to write; it appears whole or not at all.
        thresholds: `(T,)` increasing background thresholds in [0, 1).
        miou: `(T,)` mIoU of each in percent.
        marks: name of each marked choice -> its index into `thresholds`.
    """
    figure = Figure(figsize=(7, 4.5), dpi=120, layout='constrained')
    axes = figure.add_subplot()
    axes.plot(thresholds, miou, color='0.25', linewidth=1.5)
    for place, (name, index) in enumerate(marks.items()):
        axes.plot(thresholds[index], miou[index], marker='os^D'[place % 4], markersize=8,
                  linestyle='none', color=f'C{place}',
                  label=f'{name}: {miou[index]:.2f} at {thresholds[index]:g}')
        axes.axvline(thresholds[index], color=f'C{place}', linewidth=0.8, linestyle=':')
    axes.set_xlabel('background threshold')
    axes.set_ylabel('mIoU (%)')
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.legend()
    FigureCanvasAgg(figure)
    with atomic_path(path) as temporary:
        figure.savefig(temporary)
