"""Turn scribbles, points or boxes into the label maps that a segmentor learns from, PNGs with 255 = unlabelled.

KIND and SOURCE:
  scribbles DIR          <id>.xml of ScribbleSup, drawn as lines, or <id>.png that are drawn already
  points FILE [FILE ...] JSON of What's the Point, drawn as dots; points of several files add up
  boxes DIR or FILE      <id>.xml of VOC, or a JSON of COCO: outside of all boxes is background, GrabCut finds the
                         object in each, and pixels where --refine disagrees become unlabelled

Rules: a pixel under strokes of two classes is unlabelled; points of class 255 are left out. The smallest box wins where
objects of boxes overlap; boxes are clipped to the image; COCO's crowds and boxes in which GrabCut finds next to nothing
are unlabelled; points of scribbles outside of the image are clipped to it. These stop the tool, which names the file:
an image without any labelled pixel, an empty scribble, a box without area, anything wholly outside of the image, and
files of another image, of another size or with other classes. A stopped run resumes where it stopped.

Classes are names of the data set (ScribbleSup's plane, bike, table, plant and monitor are known for VOC) or, in PNG and
JSON of points, ids as in its mask files.
"""
import argparse
from pathlib import Path

from _start import add_config_options, add_overwrite, import_mmwsss, make_parser, parse_arguments, plain_errors

EXAMPLES = """\
  python tools/make_stroke_labels.py configs/deeplabv2_r101_voc_scribbles.py scribbles data/voc_scribbles
  python tools/make_stroke_labels.py configs/deeplabv2_r101_voc_scribbles.py points objects.json background.json \\
      --out DIR
  python tools/make_stroke_labels.py configs/deeplabv2_r101_voc.py boxes data/VOCdevkit/VOC2012/Annotations --out DIR \\
      --refine DenseCRF"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('config', help='config of the segmentor that will be trained on the labels')
    parser.add_argument('kind', metavar='KIND', help='what SOURCE holds, see above')
    parser.add_argument('source', nargs='+', type=Path, metavar='SOURCE', help='folder or files of the annotations')
    parser.add_argument('--out', metavar='DIR', help="output folder (default: the config's seg_map_dir)")
    parser.add_argument('--width', type=int, help='width of scribbles and points in pixels (default: 3)')
    parser.add_argument('--method', help='for boxes: grabcut finds the object, fill takes the whole box (default: '
                        'grabcut)')
    parser.add_argument('--refine', nargs='+', metavar=('TYPE', 'KEY=VALUE'),
                        help='for boxes: local refinement whose disagreement makes pixels unlabelled')
    parser.add_argument('--workers', type=int, help='number of processes (default: one per core)')
    add_overwrite(parser)
    add_config_options(parser)
    args = parse_arguments(parser)
    if args.width is not None and args.width < 1:
        parser.error(f'--width must be at least 1, got {args.width}')
    return args


def main() -> None:
    """Write the labels, or exit with one message that says what is wrong."""
    args = parse_args()
    import_mmwsss()
    from mmwsss.engine.config import load_config, require_parts
    from mmwsss.engine.local_refinements import build_refinement
    from mmwsss.engine.options import parse_component
    from mmwsss.engine.preflight import build_datasets
    from mmwsss.engine.stroke_labels import ids_of, jobs_of, make_stroke_labels, require_kind
    from mmwsss.registry import ANNOTATIONS
    from mmwsss.utils.errors import InputError
    from mmwsss.utils.provenance import check_complete, claim_folder, source_mark

    with plain_errors(resume_hint=lambda: 'Run the same command again to resume.'):
        cfg = load_config(args.config, args.cfg_options)
        require_parts(cfg, 'train_dataloader')
        settings = cfg.train_dataloader.dataset
        out = args.out or settings.get('seg_map_dir')
        if not out:
            raise InputError(f'{args.config} does not set the folder of the labels. Pass --out.')
        out = Path(out)
        options = {key: value for key, value in (('width', args.width), ('method', args.method)) if value is not None}
        made_from = dict(stage='stroke labels', kind=args.kind, **options)
        if args.refine:
            made_from['refinement'] = parse_component(args.refine)
            options['refinement'] = build_refinement(made_from['refinement'], '--refine')
        require_kind(args.kind, options)
        settings.update(pipeline=[], seg_map_dir=None)
        dataset = build_datasets(cfg, ('train', ))['train']
        annotations = ANNOTATIONS.get(args.kind)(args.source, ids_of(dataset), **options)
        jobs = jobs_of(dataset, out, annotations, ', '.join(map(str, args.source)))
        made_from.update(source=[source_mark(path, ('.xml', '.png')) for path in args.source],
                         classes=dataset.image_classes, list=Path(settings.get('ann_file') or '').name)
        ids = [dataset.get_data_info(index)['img_id'] for index in range(len(dataset))]
        claim_folder(out, made_from, ids, '.png', args.overwrite)
        summary = make_stroke_labels(jobs, args.workers)
        check_complete(out, ids)
        print(f'{out}: {len(jobs)} images; {summary}.')


if __name__ == '__main__':
    main()
