"""Write AffinityNet's training data: refined class scores of CAMs under a strong and a weak background.

The background score is (1 - max)^alpha. Under --low-alpha only confident objects are left, under --high-alpha only
confident background; what both leave open is uncertain. The config's affinity_score_refinement sets the local
refinement of both (default: a DenseCRF with the authors' settings).

The published alphas suit CAMs whose best background threshold is about 0.2. If labels spill over objects, lower
--low-alpha; if parts of objects become background, raise --high-alpha.
A stopped run resumes where it stopped. The files are <out>/<id>.npz, compressed, one byte per score.
"""
import argparse

from _start import add_config_options, add_overwrite, import_mmwsss, make_parser, parse_arguments, plain_errors

EXAMPLES = """\
  python tools/make_affinity_scores.py configs/affinitynet_r50_voc.py
  python tools/make_affinity_scores.py configs/affinitynet_r50_voc.py --cams cams_of_seam --out scores --high-alpha 24
  python tools/make_affinity_scores.py configs/affinitynet_r50_voc.py --cfg-options affinity_score_refinement.steps=5"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('config', help='config of the AffinityNet that will be trained on the scores')
    parser.add_argument('--cams', metavar='DIR', help="folder of CAM files (default: the config's cam_dir)")
    parser.add_argument('--out', metavar='DIR', help="output folder (default: the config's score_dir)")
    parser.add_argument('--low-alpha', type=float, default=4,
                        help='exponent of the strong background (default: %(default)s)')
    parser.add_argument('--high-alpha', type=float, default=32,
                        help='exponent of the weak background (default: %(default)s)')
    parser.add_argument('--workers', type=int, help='number of processes (default: one per core)')
    add_overwrite(parser)
    add_config_options(parser)
    return parse_arguments(parser)


def main() -> None:
    """Write the scores, or exit with one message that says what is wrong."""
    args = parse_args()
    import_mmwsss()
    from mmwsss.engine.affinity_scores import jobs_of, make_affinity_scores, refinement_settings
    from mmwsss.engine.config import load_config, require_parts
    from mmwsss.engine.local_refinements import build_refinement
    from mmwsss.engine.training_files import claim_training_files
    from mmwsss.pseudo_labels.affinity_scores import check_alphas
    from mmwsss.utils.provenance import check_complete

    with plain_errors(resume_hint=lambda: 'Run the same command again to resume.'):
        cfg = load_config(args.config, args.cfg_options)
        require_parts(cfg, 'train_dataloader', *(() if args.cams else ('test_dataloader', )))
        check_alphas(args.low_alpha, args.high_alpha)
        refine = refinement_settings(cfg)
        refinement = build_refinement(refine, args.config)
        made_from = dict(stage='affinity scores', low_alpha=args.low_alpha, high_alpha=args.high_alpha,
                         refinement=refine)
        dataset, out, ids = claim_training_files(cfg, args.cams or cfg.test_dataloader.dataset.get('cam_dir'),
                                                 args.out, '.npz', made_from, args.overwrite)
        jobs = jobs_of(dataset, out, (args.low_alpha, args.high_alpha), refinement)
        summary = make_affinity_scores(jobs, args.workers, len(dataset))
        check_complete(out, ids, '.npz')
        print(f'{out}: {len(dataset)} images; {summary}.')


if __name__ == '__main__':
    main()
