"""Write IRNet's training labels: the confident pixels of CAMs, from two thresholds and a local refinement.

Pixels with a class above --fg-thr get that class, pixels with no class above --bg-thr are background, other pixels are
uncertain (255). The config's ir_label_refinement sets the local refinement of both (default: a DenseCRF).
Its ir_label_max_size bounds the long side at which that is done; labels have the image's own size all the same.

Rule of thumb: choose the thresholds on both sides of the CAMs' best background threshold. The published 0.30 and 0.05
suit CAMs with a best threshold of about 0.15; flatter CAMs with a best of 0.5 need about 0.65 and 0.35.
tools/evaluate_cams.py measures the best threshold, and also a label-free one (Otsu's rule). If too few pixels are
confident, move the thresholds closer together; if labels spill over objects, raise --fg-thr; if parts of objects
become background, lower --bg-thr. tools/evaluate_labels.py measures coverage and accuracy.
A stopped run resumes where it stopped.
"""
import argparse

from _start import add_config_options, add_overwrite, import_mmwsss, make_parser, parse_arguments, plain_errors

EXAMPLES = """\
  python tools/make_ir_labels.py configs/irnet_r50_voc.py
  python tools/make_ir_labels.py configs/irnet_r50_voc.py --cams cams_of_seam --out ir_labels --fg-thr 0.35
  python tools/make_ir_labels.py configs/irnet_r50_voc.py --cfg-options ir_label_refinement.steps=5"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('config', help='config of the IRNet that will be trained on the labels')
    parser.add_argument('--cams', metavar='DIR', help="folder of CAM files (default: the config's cam_dir)")
    parser.add_argument('--out', metavar='DIR', help="output folder (default: the config's ir_label_dir)")
    parser.add_argument('--fg-thr', type=float, default=0.30, help='foreground threshold (default: %(default)s)')
    parser.add_argument('--bg-thr', type=float, default=0.05, help='background threshold (default: %(default)s)')
    parser.add_argument('--workers', type=int, help='number of processes (default: one per core)')
    add_overwrite(parser)
    add_config_options(parser)
    return parse_arguments(parser)


def main() -> None:
    """Write the labels, or exit with one message that says what is wrong."""
    args = parse_args()
    import_mmwsss()
    from mmwsss.engine.config import load_config, require_parts
    from mmwsss.engine.ir_labels import jobs_of, make_ir_labels, max_size_of, refinement_settings
    from mmwsss.engine.local_refinements import build_refinement
    from mmwsss.engine.training_files import claim_training_files
    from mmwsss.pseudo_labels.ir_label import check_thresholds
    from mmwsss.utils.provenance import check_complete

    with plain_errors(resume_hint=lambda: 'Run the same command again to resume.'):
        cfg = load_config(args.config, args.cfg_options)
        require_parts(cfg, 'train_dataloader', *(() if args.cams else ('test_dataloader', )))
        check_thresholds(args.fg_thr, args.bg_thr)
        refine, max_size = refinement_settings(cfg), max_size_of(cfg)
        refinement = build_refinement(refine, args.config)
        made_from = dict(stage='IR labels', fg_thr=args.fg_thr, bg_thr=args.bg_thr, refinement=refine,
                         **dict(max_size=max_size) if max_size is not None else {})
        dataset, out, ids = claim_training_files(cfg, args.cams or cfg.test_dataloader.dataset.get('cam_dir'),
                                                 args.out, '.png', made_from, args.overwrite)
        jobs = jobs_of(dataset, out, args.fg_thr, args.bg_thr, refinement, max_size)
        summary = make_ir_labels(jobs, args.workers, len(dataset))
        check_complete(out, ids)
        print(f'{out}: {len(dataset)} images; {summary}.')


if __name__ == '__main__':
    main()
