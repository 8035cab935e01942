"""Evaluate label maps on disk (IR labels, pseudo labels, predictions) against masks.

Prints coverage (pixels with a label), label accuracy, and IoU per class: over labelled pixels, and over all pixels,
where pixels without a label count as background.
"""
import argparse

from _start import add_config_options, import_mmwsss, make_parser, parse_arguments, plain_errors

EXAMPLES = """\
  python tools/evaluate_labels.py configs/irnet_r50_voc.py --labels work_dirs/vwe_hspp_r50_voc/ir_labels
  python tools/evaluate_labels.py configs/irnet_r50_voc.py --labels pseudo_labels --json quality.json"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('config', help='config whose test dataset defines images, masks and classes')
    parser.add_argument('--labels', required=True, metavar='DIR', help='folder of <id>.png')
    parser.add_argument('--json', metavar='FILE', help='also write the metrics to this file')
    add_config_options(parser)
    return parse_arguments(parser)


def main() -> None:
    """Evaluate, or exit with one message that says what is wrong."""
    args = parse_args()
    import_mmwsss()
    import numpy as np

    from mmwsss.engine.config import load_config, require_parts
    from mmwsss.engine.preflight import build_datasets
    from mmwsss.evaluation.absent_classes import absent_classes
    from mmwsss.evaluation.label_quality import count_labels, label_quality
    from mmwsss.utils.errors import InputError
    from mmwsss.utils.json_file import write_json
    from mmwsss.utils.output import require_file
    from mmwsss.utils.progress import track
    from mmwsss.utils.table import framed_table

    with plain_errors():
        cfg = load_config(args.config, args.cfg_options)
        require_parts(cfg, 'test_dataloader')
        if args.json:
            require_file(args.json)
        settings = cfg.test_dataloader.dataset
        settings.update(cam_dir=None, pipeline=[dict(type='LoadImage'), dict(type='LoadMask')])
        truths = build_datasets(cfg, ('test', ))['test']
        settings.seg_map_dir = args.labels
        labels = build_datasets(cfg, ('test', ))['test']
        classes = truths.metainfo['classes']
        counts = np.zeros((len(classes) + 1, len(classes)), dtype=np.int64)
        for index in track(range(len(truths)), 'comparing'):
            label, truth = labels[index], truths[index]
            try:
                counts += count_labels(label['gt_seg_map'], truth['gt_seg_map'], len(classes))
            except InputError as error:
                raise InputError(f"{label['seg_map_path']}: {error}") from error
        quality = label_quality(counts)
        means = [np.nanmean(iou) if not np.isnan(iou).all() else np.nan for iou in (quality.iou, quality.iou_all)]
        table = framed_table(('class', 'IoU, labelled pixels', 'IoU, all pixels'), [
            (name, f'{iou:.2f}', f'{iou_all:.2f}')
            for name, iou, iou_all in zip((*classes, 'mean'), (*quality.iou, means[0]), (*quality.iou_all, means[1]),
                                          strict=True)])
        print(f'{table}\n{len(truths)} images, coverage {quality.coverage:.2f} %, accuracy {quality.accuracy:.2f} %')
        absent = absent_classes(counts.sum(axis=0), classes)
        if absent:
            print(f'warning: {absent}')
        if args.json:
            figures = dict(coverage=quality.coverage, accuracy=quality.accuracy, mIoU=means[0], mIoU_all=means[1])
            figures.update({f'IoU.{name}': iou for name, iou in zip(classes, quality.iou, strict=True)})
            write_json(args.json, dict(images=len(truths), **{
                name: None if np.isnan(value) else float(value) for name, value in figures.items()}), indent=None)


if __name__ == '__main__':
    main()
