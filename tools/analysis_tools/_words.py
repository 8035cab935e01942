"""What the tools about visual words share: their arguments, the model, and its test images."""
import argparse
from collections.abc import Iterator
from typing import Any

from _start import add_config_options, at_least_one


def add_word_arguments(parser: argparse.ArgumentParser) -> None:
    """Add config, checkpoint, --limit, --device and --cfg-options."""
    parser.add_argument('config', help='config of a classifier with a VWEHead')
    parser.add_argument('checkpoint', help='its checkpoint')
    parser.add_argument('--limit', type=at_least_one, default=100, metavar='N',
                        help='number of test images (default: %(default)s)')
    parser.add_argument('--device', help='e.g. cuda:1 or cpu (default: a GPU if there is one)')
    add_config_options(parser)


class WordRun:
    """A trained classifier with visual words, and its test images. Its use needs PyTorch.

    Args:
        args: from :func:`add_word_arguments`.

    Attributes:
        model: the classifier, in eval mode.
        head: its head with visual words.
        dataset: the first `--limit` images of its test set.

    Raises:
        InputError: config, checkpoint and data do not fit, the model has no visual words, or the device cannot be
            used.
    """

    def __init__(self, args: argparse.Namespace) -> None:
        from mmengine.device import get_device
        from mmengine.registry import init_default_scope
        from mmseg.registry import MODELS

        from mmwsss.apis.checks import require_device
        from mmwsss.engine.checkpoints import read_checkpoint, require_fit
        from mmwsss.engine.classes import require_classes_of_checkpoint
        from mmwsss.engine.config import load_config, require_parts
        from mmwsss.engine.preflight import build_datasets
        from mmwsss.evaluation.word_statistics import word_head

        cfg = load_config(args.config, args.cfg_options)
        require_parts(cfg, 'model', 'test_dataloader')
        device = args.device or get_device()
        require_device(device)
        checkpoint = read_checkpoint(args.checkpoint)
        init_default_scope('mmseg')
        self._loader = cfg.test_dataloader
        self._loader.dataset.indices = args.limit
        self.dataset = build_datasets(cfg, ['test'])['test']
        self.model = MODELS.build(cfg.model)
        self.head = word_head(self.model)
        require_fit(self.model, checkpoint, args.checkpoint)
        require_classes_of_checkpoint(checkpoint, self.dataset.metainfo['classes'], args.checkpoint)
        self.model.to(device).eval()

    def features(self) -> Iterator[tuple[Any, Any]]:
        """Run the network over the images, one by one at scale 1, with a progress bar.

        Yields:
            The `Features` of the image, with gradients unless the caller turns them off, and the sample with its
            image-level labels `gt_score`.
        """
        from mmengine.runner import Runner

        from mmwsss.utils.progress import track

        loader = Runner.build_dataloader(dict(self._loader, dataset=self.dataset))
        for batch in track(loader, 'images'):
            data = self.model.data_preprocessor(batch, False)
            for image, sample in zip(data['inputs'], data['data_samples'], strict=True):
                yield self.model.extract_feat(image[None]), sample
