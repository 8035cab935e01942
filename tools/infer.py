"""Predict CAMs, boundaries, masks and overlays for single images or folders.

The results depend on the config's network: CAMs and their segmentation for a classifier, boundaries and (with CAM
files) pseudo labels for a refiner such as IRNet, the segmentation for a segmentor. Images larger than those of the
training are shrunk for the network; results have the full size.
"""
import argparse

from _start import add_config_options, import_mmwsss, make_parser, parse_arguments, plain_errors

EXAMPLES = """\
  python tools/infer.py configs/vwe_hspp_r50_voc.py epoch_6.pth cat.jpg --labels cat
  python tools/infer.py configs/irnet_r50_voc.py epoch_3.pth images/ --cams infer/cams
  python tools/infer.py configs/deeplabv2_r101_voc.py iter_20000.pth images/ more/dog.jpg --out masks"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file; it must fit the model exactly')
    parser.add_argument('images', nargs='+', metavar='IMAGE', help='image, or folder of images')
    parser.add_argument('--labels', metavar='NAME,NAME', help='the classes in the images, if known; only these are '
                        'predicted then')
    parser.add_argument('--cams', metavar='DIR', help='folder of CAM files <name>.npz or .npy, for a refiner')
    parser.add_argument('--out', default='infer', metavar='DIR', help='folder for the results: pred, vis, cams, '
                        'boundary (default: %(default)s)')
    parser.add_argument('--batch-size', type=int, default=1, help='maximum batch size; consecutive images of equal '
                        'size share a batch (default: %(default)s)')
    parser.add_argument('--max-size', type=int, metavar='PIXELS', help='long side to which larger images are shrunk '
                        'for the network; 0 for no limit (default: the largest of the training, unless the config has '
                        'a size for tests)')
    parser.add_argument('--device', help='e.g. cuda:1 or cpu (default: a GPU if there is one)')
    parser.add_argument('--show', action='store_true', help='show each overlay in a window')
    add_config_options(parser)
    return parse_arguments(parser)


def main() -> None:
    """Predict, or exit with one message that says what is wrong."""
    args = parse_args()
    import_mmwsss()
    from mmwsss.apis import WSSSInferencer
    from mmwsss.engine.config import read_config

    with plain_errors():
        cfg = read_config(args.config, args.cfg_options)
        limit = 'auto' if args.max_size is None else args.max_size or None
        inferencer = WSSSInferencer(cfg, args.checkpoint, args.device, max_size=limit)
        if inferencer.max_size is not None:
            print(f'Images with a long side above {inferencer.max_size} are shrunk to it for the network (--max-size).')
        labels = None if args.labels is None else [name.strip() for name in args.labels.split(',') if name.strip()]
        found = inferencer(args.images, batch_size=args.batch_size, labels=labels, cams=args.cams, out_dir=args.out,
                           show=args.show)['predictions']
        kinds = sorted({kind for result in found for kind in result} - {'name'})
        print(f'{args.out}: {", ".join(kinds)} of {len(found)} images')


if __name__ == '__main__':
    main()
