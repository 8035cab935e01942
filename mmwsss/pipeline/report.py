"""What a pipeline did, on one page: table, curves, bars, and images in all their versions."""
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmwsss.utils.errors import InputError
from mmwsss.visualization.figures import bar_figure, curve_figure, data_uri
from mmwsss.visualization.report_page import Page, Section, write_page

from .plan import Plan
from .report_images import PANELS, image_rows, masked_images
from .stage import read_record
from .table import COLUMNS, rows_of

NAMES = dict(classifier='Classifier', irnet='IRNet', segmentor='Segmentor')


def write_report(plan: Plan, path: Path, images: int = 12) -> None:
    """Write the report of those stages that are done.

    Args:
        plan: of the pipeline.
        path: of the HTML file.
        images: how many are shown, chosen so that classes alternate.

    Raises:
        InputError: nothing is done yet, or what a stage wrote is damaged.
    """
    records = {}
    for describe in plan.stages():
        record = read_record(plan.work_dir / 'records' / f'{describe.__name__}.json')
        if record and record['state'] == 'done' and describe.__name__ != 'report':
            records[describe.__name__] = dict(record, stage=describe.__name__)
    if not records:
        raise InputError(f'{plan.work_dir} holds no finished stage. Run tools/run_pipeline.py first, or name its '
                         '--work-dir.')
    truths = masked_images(plan)
    classes, palette = list(truths.metainfo['classes']), truths.metainfo['palette']
    page = Page(
        title='From image-level labels to segmentation',
        subtitle=f'{", ".join(path for path in plan.paths.values())}. mIoU of {len(classes)} classes, in percent.',
        columns=list(COLUMNS), rows=rows_of(list(records.values())),
        sections=[section for section in (_training(plan), _thresholds(plan, records), _bars(plan, records, classes))
                  if section.figures])
    if images and 'cams' in records:
        page.legend = [(name, '#{:02x}{:02x}{:02x}'.format(*colour)) for name, colour in
                       zip(classes, palette, strict=True)]
        page.panels, page.images = list(PANELS), image_rows(plan, records, truths, images)
        page.image_note = (
            f'{len(page.images)} of the {len(truths)} training images that have masks. The CAM is the largest of '
            'the kept classes. White pixels: IR labels that are not confident, truths that are not scored.')
    write_page(page, path)


def read_losses(folder: Path) -> dict[str, tuple[list[float], list[float]]]:
    """Losses of a training from what MMEngine logged; where it was resumed, the later run counts.

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


def _training(plan: Plan) -> Section:
    figures = []
    for network in plan.configs:
        losses = read_losses(plan.work_dir / network)
        if losses:
            figures.append((NAMES[network], data_uri(curve_figure(losses, 'iteration', 'loss'))))
    return Section('Training', figures)


def _curves(plan: Plan, records: Mapping[str, Any]) -> dict[str, dict]:
    """The threshold curves that are there."""
    files = {'CAMs': ('cam_quality', 'cam_curve.json'), 'Pseudo labels': ('walk', 'walk_curve.json')}
    return {name: json.loads((plan.work_dir / stage / file).read_text())
            for name, (stage, file) in files.items() if stage in records}


def _thresholds(plan: Plan, records: Mapping[str, Any]) -> Section:
    figures = []
    for name, curve in _curves(plan, records).items():
        marks = {f"{title}: {curve[key]['mIoU']:.1f} at {curve[key]['thr']:.2f}": (curve[key]['thr'],
                                                                                  curve[key]['mIoU'])
                 for key, title in (('best', 'best'), ('auto', 'without masks (Otsu)'))}
        series = {'mIoU': (curve['thresholds'], curve['mIoU'])}
        figures.append((name, data_uri(curve_figure(series, 'background threshold', 'mIoU (%)', marks))))
    return Section('Background threshold', figures)


def _bars(plan: Plan, records: Mapping[str, Any], classes: list[str]) -> Section:
    series = {}
    listed = _list_name(plan.configs['irnet'])
    if 'cam_quality' in records:
        curve = _curves(plan, records)['CAMs']
        best = curve['thresholds'].index(curve['best']['thr'])
        series[f'CAMs ({listed})'] = [curve['IoU'][label][best] for label in classes]
    for stage, name, network in (('pseudo_label_quality', 'Pseudo labels', 'irnet'),
                                 ('evaluation', 'Segmentor', 'segmentor'), ('crf', 'Segmentor, CRF', 'segmentor')):
        if stage in records:
            metrics = {key.rpartition('/')[2]: value for key, value in records[stage]['metrics'].items()}
            heights = [metrics.get(f'IoU.{label}') for label in classes]
            if any(height is not None for height in heights):  # another evaluator may not tell
                series[f'{name} ({_list_name(plan.configs[network])})'] = heights
    figures = [('', data_uri(bar_figure(classes, series, 'IoU (%)')))] if series else []
    return Section('IoU of each class', figures, 'CAMs (at their best threshold) and pseudo labels are made with known '
                   'image-level labels; the segmentor sees images alone.')


def _list_name(cfg: Config) -> str:
    return Path(cfg.test_dataloader.dataset.get('ann_file') or 'all').stem
