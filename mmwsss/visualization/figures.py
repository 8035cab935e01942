"""Figures for the reports, as SVG or PNG.

They use Matplotlib's objects directly: no backend, no global state, no display.
"""
import base64
import io
import statistics
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text

from mmwsss.utils.atomic import atomic_path
from mmwsss.utils.table import deviation_of

COLOURS = ('#3b6fb6', '#d9722e', '#3f8f5a', '#8d5fb0', '#b8a125', '#5c6670')  # one per series
DASHES = ('-', '--', ':', '-.')  # of curves, where colours are used again
DPI = 150  # of PNG files
# Pixels of a gallery: width of names, heights of captions and of a line of the title, widths of a caption's and of the
# title's letters, and what is between images.
NAME, CAPTION, LINE, SMALL, LETTER, GAP = 200, 24, 24, 8, 10, 10


def curve_figure(series: Mapping[str, tuple[Sequence[float], Sequence[float]]], x_label: str, y_label: str,
                 marks: Mapping[str, tuple[float, float]] | None = None) -> Figure:
    """Plot lines over a common axis.

    Args:
        series: name -> x and y of a line.
        x_label: label of the x axis.
        y_label: label of the y axis.
        marks: name -> a point to mark.
    """
    figure, axes = _axes((5.2, 3.2), x_label, y_label)
    for index, ((name, (x, y)), colour) in enumerate(zip(series.items(), _cycle(len(series)), strict=True)):
        axes.plot(x, y, color=colour, linewidth=1.6, linestyle=DASHES[index // len(COLOURS) % len(DASHES)], label=name)
    for place, (name, point) in enumerate((marks or {}).items()):
        axes.plot(*point, marker='os^D'[place % 4], color='0.2', linestyle='none', markersize=6, label=name)
    axes.margins(x=0.02)
    axes.set_ylim(bottom=0)
    if len(series) > 1 or marks:
        axes.legend(fontsize=8, frameon=False)
    return _without_formulas(figure)


def bar_figure(categories: Sequence[str], series: Mapping[str, Sequence[float | None]], y_label: str) -> Figure:
    """Plot grouped bars.

    Args:
        categories: names of the groups.
        series: name -> height of its bar in each group; `None` for no bar.
        y_label: label of the y axis.
    """
    figure, axes = _axes((max(0.5 * len(categories) + 2, 6), 3.2), '', y_label)
    width = 0.8 / max(len(series), 1)
    for place, ((name, heights), colour) in enumerate(zip(series.items(), _cycle(len(series)), strict=True)):
        x = [group + (place - (len(series) - 1) / 2) * width for group in range(len(categories))]
        axes.bar(x, [height or 0 for height in heights], width, color=colour, label=name)
    axes.set_xticks(range(len(categories)), categories, rotation=30 if len(categories) > 8 else 0, fontsize=9)
    axes.legend(fontsize=8, frameon=False, ncols=len(series), loc='lower center', bbox_to_anchor=(0.5, 1))
    return _without_formulas(figure)


def point_figure(categories: Sequence[str], series: Mapping[str, Sequence[Sequence[float]]], y_label: str) -> Figure:
    """Plot values as small points, with their mean and sample standard deviation beside them.

    Args:
        categories: names of the groups.
        series: name -> values in each group; none for no point.
        y_label: label of the y axis.
    """
    figure, axes = _axes((max(1.1 * len(categories) + 2, 6), 3.6), '', y_label)
    for place, ((name, groups), colour) in enumerate(zip(series.items(), _cycle(len(series)), strict=True)):
        middle = (place - (len(series) - 1) / 2) * 0.8 / max(len(series), 1)
        known = [(group + middle, values) for group, values in enumerate(groups) if values]
        axes.errorbar([x for x, _ in known], [statistics.mean(values) for _, values in known],
                      [deviation_of(values) or 0 for _, values in known],
                      fmt='o', markersize=5, capsize=3, color=colour, label=name)
        axes.plot([x + 0.06 for x, values in known for _ in values], [y for _, values in known for y in values],
                  '.', markersize=4, alpha=0.5, color=colour)
    axes.set_xticks(range(len(categories)), categories, rotation=20 if len(categories) > 4 else 0, fontsize=9)
    axes.set_xlim(-0.5, len(categories) - 0.5)
    axes.legend(fontsize=8, frameon=False, ncols=min(len(series), 3), loc='lower center', bbox_to_anchor=(0.5, 1))
    return _without_formulas(figure)


def image_figure(titles: Sequence[str], rows: Sequence[Sequence[np.ndarray | None]]) -> Figure:
    """Show images side by side, in a PNG about pixel by pixel.

    Args:
        titles: of the columns.
        rows: the images `(H, W, 3)` uint8 RGB of each row; `None` for an empty place.
    """
    shapes = [next((image.shape for image in row if image is not None), (CAPTION, NAME, 3)) for row in rows]
    width = max(width for _, width, _ in shapes) / DPI
    heights = [height / DPI for height, _, _ in shapes]
    figure = Figure(figsize=(width * len(titles), sum(heights) + 0.25),
                    layout=ConstrainedLayoutEngine(w_pad=0.02, h_pad=0.02, wspace=0, hspace=0))
    grid = figure.subplots(len(rows), len(titles), squeeze=False, height_ratios=heights)
    for axes_of_row, row in zip(grid, rows, strict=True):
        for axes, image in zip(axes_of_row, row, strict=True):
            axes.axis('off')
            if image is not None:
                axes.imshow(image)
    for axes, title in zip(grid[0], titles, strict=True):
        axes.set_title(title, fontsize=9)
    return _without_formulas(figure)


def gallery_figure(title: str, rows: Sequence[tuple[str, Sequence[tuple[str, np.ndarray]]]]) -> Figure:
    """Show named rows of images with captions, in a PNG pixel by pixel.

    Args:
        title: above all.
        rows: name of a row, then the caption and the image `(H, W, 3)` uint8 RGB of each place; a row may have none.
    """
    sizes = [image.shape for _, images in rows for _, image in images] or [(CAPTION, 4 * NAME, 3)]
    height, width = (max(size[side] for size in sizes) for side in (0, 1))
    width = max([width] + [SMALL * len(caption) for _, images in rows for caption, _ in images])
    columns = max([len(images) for _, images in rows] + [1])
    wide = NAME + columns * (width + GAP)
    lines = textwrap.wrap(title, wide // LETTER)
    head = LINE * (len(lines) + 1)
    high = head + len(rows) * (height + CAPTION + GAP)
    figure = Figure(figsize=(wide / DPI, high / DPI))
    figure.text(GAP / wide, 1 - head / 2 / high, '\n'.join(lines), fontsize=8, va='center')
    for row, (name, images) in enumerate(rows):
        top = head + row * (height + CAPTION + GAP) + CAPTION
        figure.text(GAP / wide, 1 - (top + height / 2) / high, name, fontsize=8, va='center')
        for column, (caption, image) in enumerate(images):
            left, (tall, broad, _) = NAME + column * (width + GAP), image.shape
            axes = figure.add_axes((left / wide, 1 - (top + tall) / high, broad / wide, tall / high))
            axes.axis('off')
            axes.imshow(image, aspect='auto', interpolation='none')
            axes.set_title(caption, fontsize=6, pad=2, loc='left')
    return _without_formulas(figure)


def save_figure(figure: Figure, path: Path) -> None:
    """Write a figure to a file, whose suffix (`.svg`, `.png`, `.jpg`) tells the format."""
    options: dict[str, dict] = {'.svg': dict(metadata={'Date': None}), '.jpg': dict(pil_kwargs={'quality': 90})}
    with atomic_path(path) as temporary, rc_context({'svg.hashsalt': 'mmwsss'}):
        figure.savefig(temporary, dpi=DPI, **options.get(path.suffix, {}))


def data_uri(figure: Figure) -> str:
    """Encode a figure as an SVG data URI."""
    buffer = io.BytesIO()
    FigureCanvasSVG(figure)
    with rc_context({'svg.hashsalt': 'mmwsss'}):  # reproducible output
        figure.savefig(buffer, format='svg', metadata={'Date': None})
    return 'data:image/svg+xml;base64,' + base64.b64encode(buffer.getvalue()).decode()


def _axes(size: tuple[float, float], x_label: str, y_label: str) -> tuple:
    figure = Figure(figsize=size, layout='constrained')
    axes = figure.add_subplot()
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.grid(alpha=0.3, axis='y')
    axes.set_axisbelow(True)
    axes.spines[['top', 'right']].set_visible(False)
    return figure, axes


def _without_formulas(figure: Figure) -> Figure:
    """Show names literally: a $ does not start a formula."""
    for text in figure.findobj(Text):
        text.set_parse_math(False)
    return figure


def _cycle(count: int) -> list[str]:
    return [COLOURS[index % len(COLOURS)] for index in range(count)]
