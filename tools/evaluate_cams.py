"""Evaluate CAM files of this or another project against masks at every background threshold.

Reads .npz files of tools/make_cams.py and .npy dictionaries of IRN, SEAM, AdvCAM and others; no network runs. A
dataset without masks (no seg_map_path) gets the label-free threshold only.
"""
import argparse

from _start import add_config_options, import_mmwsss, make_parser, parse_arguments, plain_errors

EXAMPLES = """\
  python tools/evaluate_cams.py configs/vwe_hspp_r50_voc.py --cams work_dirs/vwe_hspp_r50_voc/cams
  python tools/evaluate_cams.py configs/vwe_hspp_r50_voc.py --cams cams_of_irn --out curves"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('config', help='config whose test dataset defines images, masks and classes')
    parser.add_argument('--cams', required=True, metavar='DIR', help='folder of CAM files')
    parser.add_argument('--out', default='.', metavar='DIR', help='folder for cam_curve.json and .png (default: here)')
    add_config_options(parser)
    return parse_arguments(parser)


def main() -> None:
    """Evaluate, or exit with one message that says what is wrong."""
    args = parse_args()
    import_mmwsss()
    from mmengine.evaluator import Evaluator
    from mmengine.runner import Runner

    from mmwsss.engine.config import load_config, require_parts
    from mmwsss.engine.masks import has_masks
    from mmwsss.engine.preflight import build_datasets
    from mmwsss.utils.output import require_folder
    from mmwsss.utils.progress import track

    with plain_errors():
        cfg = load_config(args.config, args.cfg_options)
        require_parts(cfg, 'test_dataloader')
        require_folder(args.out)
        loader = cfg.test_dataloader
        loader.dataset.cam_dir = args.cams
        masks = has_masks(loader.dataset)
        steps = ('LoadImage', 'LoadCAM', *(['LoadMask'] if masks else []), 'PackImageLabelInputs')
        loader.dataset.pipeline = [dict(type=step) for step in steps]
        loader.dataset = build_datasets(cfg, ('test', ))['test']
        evaluator = Evaluator([dict(type='CAMIoUMetric', out_dir=args.out, masks=masks)])
        evaluator.dataset_meta = loader.dataset.metainfo
        for batch in track(Runner.build_dataloader(loader), 'evaluating'):
            evaluator.process(batch['data_samples'], batch)
        metrics = evaluator.evaluate(len(loader.dataset))
        print(', '.join(f'{name} {value:.2f}' for name, value in metrics.items()))


if __name__ == '__main__':
    main()
