"""The images of a pipeline as one figure: a row for each image, a column for each stage."""
from collections.abc import Sequence
from pathlib import Path

from mmwsss.utils.errors import InputError
from mmwsss.visualization.figures import image_figure, save_figure
from mmwsss.visualization.panels import image_of_uri

from .plan import Plan
from .report import TRUTH, finished_stages, images_of
from .report_images import Panels

SUFFIXES = ('.png', '.jpg', '.svg')


def write_figure(plan: Plan, path: Path, count: int = 3, names: Sequence[str] = (),
                 columns: Sequence[str] = ()) -> None:
    """Draw what the finished stages made of some images.

    Args:
        plan: of the pipeline.
        path: of the figure, one of `SUFFIXES`.
        count: of images, chosen so that classes alternate.
        names: ids of the images to show instead.
        columns: titles of the report's panels, e.g. `'cams'`; all of them by default.

    Raises:
        InputError: no stage is done yet, an unknown image or title, another suffix, or no image.
    """
    if path.suffix not in SUFFIXES:
        raise InputError(f'{path}: the suffix of a figure is one of {", ".join(SUFFIXES)}.')
    if count < 1 and not names:
        raise InputError(f'--images must be at least 1 for a figure, got {count}.')
    done = finished_stages(plan)
    images = images_of(plan, count, names)
    panels: dict[str, Panels] = {'image': images.images()}
    for stage in done:
        panels.update(stage.panels(plan, images))
    if images.masks:
        panels[TRUTH] = images.labels()
    for title in columns:
        if title not in panels:
            raise InputError(f'--columns {title}: the report has no such panel. It has: {", ".join(panels)}.')
    drawn = {title: [image_of_uri(panel.uri) if panel and panel.uri else None for panel in panels[title]]
             for title in columns or panels}
    chosen = {title: found for title, found in drawn.items() if any(entry is not None for entry in found)}
    save_figure(image_figure(list(chosen), list(zip(*chosen.values(), strict=True))), path)
