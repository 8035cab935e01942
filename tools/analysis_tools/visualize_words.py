"""Show the regions of images that visual words describe, as in the paper's Figure 5, on one HTML page."""
import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _start import import_mmwsss, make_parser, parse_arguments, plain_errors
from _words import WordRun, add_word_arguments, at_least_one

if TYPE_CHECKING:
    import numpy as np

SHOWN = 30  # number of dead words in a line
EXAMPLES = """\
  python tools/analysis_tools/visualize_words.py configs/voc6/vwe_hspp_efflite0_voc6.py \\
      work_dirs/vwe_hspp_efflite0_voc6/epoch_10.pth --out words.html
  python tools/analysis_tools/visualize_words.py configs/vwl_m_r101_voc.py epoch_6.pth --words 3 17 --images 12"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__, EXAMPLES)
    add_word_arguments(parser)
    parser.add_argument('--words', type=int, nargs='+', metavar='K', help='words to show, from 0 (default: the most '
                        'used ones)')
    parser.add_argument('--top', type=at_least_one, default=12, metavar='N', help='number of most used words to show '
                        '(default: %(default)s)')
    parser.add_argument('--images', type=at_least_one, default=8, metavar='N',
                        help='images of each word, those with the largest regions (default: %(default)s)')
    parser.add_argument('--out', type=Path, default=Path('words.html'), help='the page (default: %(default)s)')
    return parse_arguments(parser)


def nearest_words(run: WordRun) -> 'list[np.ndarray]':
    """The most probable word of each pixel, `(h, w)` int16 for each image."""
    import numpy as np
    return [run.head.encoder(features.levels[-1]).nearest[0].cpu().numpy().astype(np.int16)
            for features, _ in run.features()]


def count_words(maps: 'list[np.ndarray]', num_words: int) -> 'np.ndarray':
    """Count the pixels of each word in each image, `(images, K)`."""
    import numpy as np
    return np.stack([np.bincount(found.ravel(), minlength=num_words) for found in maps])


def require_words(chosen: list[int], num_words: int) -> None:
    """Check the words of `--words`.

    Raises:
        InputError: a word does not exist.
    """
    from mmwsss.utils.errors import InputError
    wrong = [word for word in chosen if not 0 <= word < num_words]
    if wrong:
        raise InputError(f'--words {" ".join(map(str, wrong))}: the codebook has {num_words} words, 0 to '
                         f'{num_words - 1}.')


def most_used(counts: 'np.ndarray', top: int) -> list[int]:
    """The words with the most pixels, at most `top`, from `counts` `(images, K)`."""
    pixels = counts.sum(axis=0)
    return [int(word) for word in (-pixels).argsort(kind='stable')[:top] if pixels[word]]


def draw_region(image: 'np.ndarray', region: 'np.ndarray') -> 'np.ndarray':
    """Draw a region: its pixels as they are, the others pale, and a line between them.

    Args:
        image: `(H, W, 3)` uint8 RGB.
        region: `(h, w)` bool, resized to the image.

    Returns:
        `(H, W, 3)` uint8 RGB.
    """
    import cv2
    import numpy as np
    mask = cv2.resize(region.astype(np.uint8), image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    drawn = np.where(mask[..., None] > 0, image, image // 4 + 180)
    lines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return cv2.drawContours(np.ascontiguousarray(drawn), lines, -1, (220, 40, 40), max(max(mask.shape) // 150, 1))


def write_words(run: WordRun, maps: 'list[np.ndarray]', args: argparse.Namespace) -> tuple[int, list[int]]:
    """Write the page.

    Args:
        run: model and images.
        maps: from :func:`nearest_words`.
        args: the command line.

    Returns:
        The number of words in use, and the dead words.
    """
    from mmwsss.utils.progress import track
    from mmwsss.visualization.panels import image_uri, shrink
    from mmwsss.visualization.report_page import Page, Section, write_page

    counts = count_words(maps, run.head.encoder.num_words)
    words = args.words or most_used(counts, args.top)
    pixels = counts.sum(axis=0)
    dead = [int(word) for word in (pixels == 0).nonzero()[0]]
    rows, sections = [], []
    for word in track(words, 'words'):
        best = [int(image) for image in (-counts[:, word] / [found.size for found in maps]).argsort(kind='stable')
                if counts[image, word]][:args.images]
        figures = []
        for image in best:
            item = run.dataset[image]
            picture = item['inputs'].numpy()[::-1].transpose(1, 2, 0)  # BGR (3, H, W) -> RGB (H, W, 3)
            drawn = draw_region(picture, maps[image] == word)
            name = item['data_samples'].metainfo.get('img_id', image)
            figures.append((f'{name}: {100 * counts[image, word] / maps[image].size:.1f} %',
                            image_uri(shrink(drawn, 260))))
        images = int((counts[:, word] > 0).sum())
        rows.append((str(word), str(images), f'{100 * pixels[word] / pixels.sum():.2f} %'))
        sections.append(Section(f'Word {word}', figures, f'Nearest word somewhere in {images} of {len(maps)} images.'
                                if images else 'A dead word: the nearest one nowhere.'))
    used = len(pixels) - len(dead)
    write_page(Page(
        title='Visual words', table_title='Words', columns=['word', 'images', 'pixels'], rows=rows, sections=sections,
        subtitle=f'{args.config}, {args.checkpoint}: {used} of {len(pixels)} words are the most probable one of any '
        f'pixel in {len(maps)} images. Pixels of other words are pale.'), args.out)
    return used, dead


def main() -> None:
    """Encode the images, draw, and print how many words are used."""
    args = parse_args()
    import_mmwsss()
    with plain_errors():
        run = WordRun(args)
        require_words(args.words or [], run.head.encoder.num_words)
        used, dead = write_words(run, nearest_words(run), args)
    print(f'words in use: {used} of {used + len(dead)}')
    named = ' '.join(map(str, dead[:SHOWN])) + (' ...' if len(dead) > SHOWN else '')
    print(f'dead words: {len(dead)}' + (f' ({named})' if dead else ''))
    print(f'page: {args.out}')


if __name__ == '__main__':
    main()
