"""What a pipeline did, on one page: table, plots, and images in all their versions."""
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from mmwsss.utils.errors import InputError
from mmwsss.visualization.explorer import Layer, curve_data, explorer_data
from mmwsss.visualization.figures import bar_figure, data_uri
from mmwsss.visualization.report_page import Page, Row, Section, write_page

from .network import Network
from .plan import Plan
from .record import read_record
from .report_images import Panels, ReportImages
from .stage import Stage
from .table import COLUMNS, rows_of
from .work_dir import record_path

NOTE = ('CAMs and labels use known image-level labels; a segmentor sees only the images. CAMs are measured at their '
        'best threshold.')
TRUTH = 'ground truth'  # title of the masks


def write_report(plan: Plan, path: Path, count: int = 12, names: Sequence[str] = ()) -> None:
    """Write the report of those stages that are done.

    Args:
        plan: of the pipeline.
        path: of the HTML file.
        count: of images, chosen so that classes alternate.
        names: ids of the images to show instead.

    Raises:
        InputError: no stage is done yet, an image is not in the list, or an output is damaged.
    """
    done = finished_stages(plan, without=path)
    images = images_of(plan, count, names)
    measured = 'There are no masks to measure by.' if not images.masks else (
        f'mIoU of {len(images.classes)} classes, in percent.')
    page = Page(
        title='From weak labels to segmentation',
        subtitle=f'{", ".join(dict.fromkeys(network.path for network in _networks(plan)))}. {measured}',
        columns=list(COLUMNS),
        rows=rows_of([dict(plan.records[stage.name], stage=stage.name) for stage in done]),
        sections=_sections(plan, done, images.classes))
    if count or names:
        _add_images(page, plan, done, images)
    write_page(page, path)


def finished_stages(plan: Plan, without: Path | None = None) -> list[Stage]:
    """The stages that are done; their records are added to the plan.

    Args:
        plan: of the pipeline.
        without: an output whose stage is left out.

    Raises:
        InputError: no stage is done yet.
    """
    done = [stage for stage in plan.stages.values() if stage.output(plan).path != without and _is_done(plan, stage)]
    if not done:
        raise InputError(f'{plan.work_dir} contains no finished stage. Run tools/run_pipeline.py first, or give its '
                         '--work-dir.')
    return done


def images_of(plan: Plan, count: int, names: Sequence[str] = ()) -> ReportImages:
    """At most `count` images of the pipeline's first network, or those with these ids."""
    return ReportImages(_networks(plan)[0], count, names)


def _add_images(page: Page, plan: Plan, done: list[Stage], images: ReportImages) -> None:
    """Add the images in all their versions, and what the page's script knows of them."""
    panels: dict[str, Panels] = {}
    files: list[str] = []  # titles of label maps that other stages read
    curves: dict[str, Mapping[str, Any]] = {}
    for stage in done:
        found = stage.panels(plan, images)
        panels.update(found)
        files += found if stage.output(plan).suffix == '.png' else ()
        curves.update(filter(None, [stage.threshold_curve(plan)]))
    if not panels:
        return
    truth = {TRUTH: images.labels()} if images.masks else {}
    shown = {title: [panel.uri if panel else None for panel in versions]
             for title, versions in {'image': images.images(), **panels, **truth}.items()}
    shown = {title: uris for title, uris in shown.items() if any(uris)}
    page.legend = [(name, '#{:02x}{:02x}{:02x}'.format(*colour)) for name, colour in
                   zip(images.classes, images.palette, strict=True)]
    page.panels = list(shown)
    page.images = [Row(name, list(uris)) for name, *uris in zip(images.names, *shown.values(), strict=True)]
    page.image_note = (f'{len(images.names)} of the {images.total} images{" with masks" if images.masks else ""}. '
                       f'{"A CAM is the largest of the kept classes. " if curves else ""}White pixels: labels without '
                       'confidence, ground truth without score.')
    layers = [Layer(title, maps, curve_data(curves[title]) if title in curves else None)
              for title, versions in {**panels, **truth}.items()
              if any(maps := [panel.pixels if panel else None for panel in versions])]
    page.explorer = explorer_data(layers, _pairs(layers, files), TRUTH if truth else None, images.sizes(),
                                  images.present)


def _pairs(layers: list[Layer], files: list[str]) -> list[tuple[str, str]]:
    """Which layers to compare: scores with the last label maps before a prediction, and these with the prediction."""
    titles = [layer.title for layer in layers if layer.title != TRUTH]
    scored = [layer.title for layer in layers if layer.scored]
    labels = [title for title in titles if title in files][-1:]
    predicted = [title for title in titles if title not in files and title not in scored][-1:]
    return [*product(scored, labels or predicted), *product(labels, predicted)]


def _is_done(plan: Plan, stage: Stage) -> bool:
    """Whether a stage is done; its record is added to the plan."""
    record = read_record(record_path(plan, stage.name))
    if not record or record['state'] != 'done':
        return False
    plan.records[stage.name] = record
    return True


def _networks(plan: Plan) -> list[Network]:
    """The networks that stages train or test."""
    found = [network for stage in plan.stages.values() if (network := stage.network(plan))]
    if not found:
        raise InputError(f'{plan.path}: no stage has a config, so the report has no images to show. '
                         'Omit the report.')
    return found


def _sections(plan: Plan, done: list[Stage], classes: list[str]) -> list[Section]:
    sections: dict[str, Section] = {}
    for stage in done:
        for title, caption, figure in stage.plots(plan):
            sections.setdefault(title, Section(title, [])).figures.append((caption, data_uri(figure)))
    scores = dict(series for stage in done if (series := stage.class_scores(plan, classes)))
    if scores:
        note = NOTE if any(stage.threshold_curve(plan) for stage in done) else ''
        sections['classes'] = Section('IoU of each class', [('', data_uri(bar_figure(classes, scores, 'IoU (%)')))],
                                      note)
    return list(sections.values())
