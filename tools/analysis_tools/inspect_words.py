"""Print statistics of a trained classifier's visual words: how many are used, how sharp they are, what Eq. 12 adds, and
how strongly each loss pulls at the backbone."""
import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _start import import_mmwsss, make_parser, parse_arguments, plain_errors
from _words import WordRun, add_word_arguments

EXAMPLES = """\
  python tools/analysis_tools/inspect_words.py configs/voc6/vwe_hspp_efflite0_voc6.py \\
      work_dirs/vwe_hspp_efflite0_voc6/epoch_10.pth"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    add_word_arguments(parser)
    return parse_arguments(parser)


def word_statistics(run: WordRun) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    """Compute statistics of the words over all images.

    Args:
        run: model and images.

    Returns:
        Name -> number, see the printed lines and :func:`mmwsss.evaluation.word_statistics.measure_words`. Name of a
        loss -> the norm of its gradient on the features, relative to that of `loss_cls`, and the cosine of both, over
        all images.
    """
    import torch

    from mmwsss.evaluation.word_statistics import loss_gradients, measure_words, word_cosines
    seen, rows = torch.zeros(run.head.encoder.num_words), []
    dots: dict[str, list[float]] = {}
    for features, sample in run.features():
        feat = features.levels[-1].detach()
        with torch.no_grad():
            seen += run.head.encoder(feat).presence[0].cpu()
        found = measure_words(run.head, feat, sample.gt_score[None])
        rows.append({name: float(value) for name, value in found.items()})
        grads = loss_gradients(run.head, features, [sample])
        for name, grad in grads.items():
            dots.setdefault(name, [0, 0])
            dots[name][0] += float(grad.square().sum())
            dots[name][1] += float((grad * grads['loss_cls']).sum())
    mean = {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]}
    cosines = word_cosines(run.head)
    of_classes = dots.pop('loss_cls')[0]
    pulls = {name: ((square / of_classes)**0.5, dot / max((square * of_classes)**0.5, 1e-30))
             for name, (square, dot) in dots.items()}
    return dict(mean, images=len(rows), alive=int((seen > 0).sum()), common=int((seen > len(rows) / 2).sum()),
                words=len(seen), effective=float(torch.tensor(mean['entropy']).exp()),
                cosine=float(cosines.mean()), cosine_std=float(cosines.std())), pulls


def main() -> None:
    """Load, count, print."""
    args = parse_args()
    import_mmwsss()
    with plain_errors():
        found, pulls = word_statistics(WordRun(args))
    lines = {
        'images': f"{found['images']}",
        'words that are the most probable one anywhere': f"{found['alive']} of {found['words']}",
        'words present in more than half of the images': f"{found['common']}",
        'words present in an image, on average': f"{found['present']:.1f}",
        'effective words per pixel (exp of the entropy)': f"{found['effective']:.1f}, uniform {found['words']}",
        'largest word probability of a pixel, on average': f"{found['largest']:.4f}, uniform {1 / found['words']:.4f}",
        'cosine of two codewords': f"{found['cosine']:.3f} +- {found['cosine_std']:.3f}",
        'maximum of the class map, kept classes': f"{found['class_max']:.2f}",
        'maximum of the word map, kept classes': f"{found['word_max']:.3f}, within an image it varies by "
                                                 f"{found['word_gap']:.3f}",
        'pixels where Eq. 12 takes the word map': f"{100 * found['changed']:.1f} %",
        **{f'gradient of {name} on the features': f"{size:.3f} of loss_cls's, cosine {cosine:.2f}"
           for name, (size, cosine) in pulls.items()}}
    for name, value in lines.items():
        print(f'{name:50s} {value}')


if __name__ == '__main__':
    main()
