"""Print statistics of a trained classifier's visual words: how many are used, how sharp they are, what Eq. 12 adds."""
import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _start import import_mmwsss, make_parser, parse_arguments, plain_errors

EXAMPLES = """\
  python tools/analysis_tools/inspect_words.py configs/voc6/vwe_hspp_efflite0_voc6.py \\
      work_dirs/vwe_hspp_efflite0_voc6/epoch_10.pth"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    parser.add_argument('config', help='config of a classifier with a VWEHead')
    parser.add_argument('checkpoint', help='its checkpoint')
    parser.add_argument('--limit', type=int, default=100, help='number of test images (default: 100)')
    return parse_arguments(parser)


@torch.no_grad()
def word_statistics(model: torch.nn.Module, loader: Iterable[dict]) -> dict[str, float]:
    """Compute statistics of the words over a loader's images, at scale 1.

    Args:
        model: a `CAMClassifier` with a `VWEHead`, in eval mode.
        loader: loader of a test set with image-level labels.

    Returns:
        Name -> number, see the printed lines.
    """
    head = model.head
    seen = torch.zeros(head.encoder.num_words)
    sums = dict.fromkeys(('present', 'entropy', 'largest', 'class_max', 'word_max', 'word_wins', 'word_gap'), 0.0)
    images = 0
    for batch in loader:
        data = model.data_preprocessor(batch, False)
        for image, sample in zip(data['inputs'], data['data_samples'], strict=True):
            feat = model.extract_feat(image[None]).levels[-1]
            encoding = head.encoder(feat)
            seen += encoding.presence[0].cpu()
            kept = sample.gt_score > 0.5
            classes = head.classifier(feat).relu()[0, kept]
            words = head.word_map(feat)[0, kept]
            probabilities = encoding.words[0]
            sums['present'] += float(encoding.presence.sum())
            sums['entropy'] += float(-(probabilities * probabilities.log()).sum(0).mean())
            sums['largest'] += float(probabilities.amax(0).mean())
            sums['class_max'] += float(classes.amax((1, 2)).mean())
            sums['word_max'] += float(words.amax((1, 2)).mean())
            sums['word_wins'] += float((words > classes).float().mean())
            sums['word_gap'] += float((words.amax((1, 2)) - words.amin((1, 2))).mean())
            images += 1
    codewords = torch.nn.functional.normalize(head.encoder.codebook(), dim=1)
    cosines = (codewords @ codewords.t())[~torch.eye(len(codewords), dtype=torch.bool)]
    mean = {key: value / images for key, value in sums.items()}
    return dict(mean, images=images, alive=int((seen > 0).sum()), common=int((seen > images / 2).sum()),
                words=len(seen), effective=float(torch.tensor(mean['entropy']).exp()),
                cosine=float(cosines.mean()), cosine_std=float(cosines.std()))


def main() -> None:
    """Load, count, print."""
    args = parse_args()
    import_mmwsss()
    from mmengine.registry import init_default_scope
    from mmengine.runner import Runner
    from mmseg.registry import MODELS

    from mmwsss.engine.checkpoints import read_checkpoint, require_fit
    from mmwsss.engine.config import load_config
    with plain_errors():
        cfg = load_config(args.config)
        checkpoint = read_checkpoint(args.checkpoint)
        init_default_scope('mmseg')
        cfg.test_dataloader.dataset.indices = args.limit
        model = MODELS.build(cfg.model)
        require_fit(model, checkpoint, args.checkpoint)
        model.eval()
        found = word_statistics(model, Runner.build_dataloader(cfg.test_dataloader))
    print(f"""images                                             {found['images']}
words that are the most probable one anywhere        {found['alive']} of {found['words']}
words present in more than half of the images      {found['common']}
words present in an image, on average               {found['present']:.1f}
effective words per pixel (exp of the entropy)       {found['effective']:.1f}, uniform would be {found['words']}
largest word probability of a pixel, on average      {found['largest']:.4f}, uniform {1 / found['words']:.4f}
cosine of two codewords                              {found['cosine']:.3f} +- {found['cosine_std']:.3f}
maximum of the class map, kept classes               {found['class_max']:.2f}
maximum of the word map, kept classes                {found['word_max']:.3f}, within an image it varies by \
{found['word_gap']:.3f}
pixels where Eq. 12 takes the word map               {100 * found['word_wins']:.1f} %""")


if __name__ == '__main__':
    main()
