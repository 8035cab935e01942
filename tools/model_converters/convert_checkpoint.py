"""Convert a checkpoint released by another project for the configs of this project."""
import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _start import import_mmwsss, make_parser, parse_arguments, plain_errors

EXAMPLES = """\
  python tools/model_converters/convert_checkpoint.py vwe res50_vwe.pth work_dirs/vwe_released.pth \\
      --config configs/vwe_hspp_r50_voc.py
  python tools/model_converters/convert_checkpoint.py irn res50_irn.pth work_dirs/irn_released.pth
  python tools/model_converters/convert_checkpoint.py affinitynet res38_aff.pth work_dirs/aff_released.pth \\
      --config configs/affinitynet_r38_voc.py
  python tools/model_converters/convert_checkpoint.py seam resnet38_SEAM.pth work_dirs/seam_released.pth \\
      --config configs/seam_r38_voc.py
  python tools/model_converters/convert_checkpoint.py onestage wideresnet38.pth work_dirs/onestage_released.pth \\
      --config configs/onestage_r38_voc.py
  python tools/model_converters/convert_checkpoint.py resnet38_imagenet \\
      ilsvrc-cls_rna-a1_cls1000_ep-0001.params work_dirs/resnet38_imagenet.pth"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('source', help='source of the checkpoint: vwe (the visual word encoder, v1, v2: VWL-L and '
                        'VWL-M), irn, affinitynet, seam, onestage, resnet38_cls (a classifier on ResNet38, of '
                        'AffinityNet or SC-CAM) or resnet38_imagenet (ImageNet weights of ResNet38, MXNet or PyTorch)')
    parser.add_argument('checkpoint', type=Path, help='the released file')
    parser.add_argument('out', type=Path, help='the converted file')
    parser.add_argument('--config', help='also load the result strictly into the model of this config')
    parser.add_argument('--codebook', type=Path, metavar='FILE', help="VWL-M's words, written beside its checkpoint as "
                        '*_codebook.npy; class maps do not need them')
    parser.add_argument('--force', action='store_true', help='overwrite an existing OUT')
    return parse_arguments(parser)


def main() -> None:
    """Convert, check and write, or exit with one message that says what is wrong."""
    args = parse_args()
    import_mmwsss()
    from mmwsss.convert.checkpoint import convert_file
    with plain_errors():
        count = convert_file(args.source, args.checkpoint, args.out, args.config, args.force, args.codebook)
    print(f'{count} tensors written to {args.out}')


if __name__ == '__main__':
    main()
