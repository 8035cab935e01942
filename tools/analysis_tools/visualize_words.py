"""Show the regions of images that visual words describe, as in the paper's Figure 5, on one page (HTML or PNG)."""
import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _start import at_least_one, import_mmwsss, make_parser, parse_arguments, plain_errors
from _words import WordRun, add_word_arguments

if TYPE_CHECKING:
    import numpy as np

SHOWN = 30  # number of dead words in a line
SIDE = 260  # pixels, at most, of an image's long side
MOST = dict(words=100, images=20)  # in a PNG; HTML has no limit
EXAMPLES = """\
  python tools/analysis_tools/visualize_words.py configs/voc6/vwe_hspp_efflite0_voc6.py \\
      work_dirs/vwe_hspp_efflite0_voc6/epoch_10.pth --out words.html
  python tools/analysis_tools/visualize_words.py configs/vwl_m_r101_voc.py epoch_6.pth --words 3 17 --out words.png"""


class ShownWord(NamedTuple):
    """A word with its number of images, its share of all pixels, and captions and images `(H, W, 3)` of its regions."""

    word: int
    images: int
    share: float
    figures: 'list[tuple[str, np.ndarray]]'


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
    parser.add_argument('--out', type=Path, default=Path('words.html'), help='the page, .html or .png (default: '
                        '%(default)s)')
    return parse_arguments(parser)


def nearest_words(run: WordRun) -> 'list[np.ndarray]':
    """The most probable word of each pixel, `(h, w)` int16 for each image."""
    import numpy as np
    import torch
    with torch.no_grad():
        return [run.head.encoder(features.levels[-1]).nearest[0].cpu().numpy().astype(np.int16)
                for features, _ in run.features()]


def count_words(maps: 'list[np.ndarray]', num_words: int) -> 'np.ndarray':
    """Count the pixels of each word in each image, `(images, K)`."""
    import numpy as np
    return np.stack([np.bincount(found.ravel(), minlength=num_words) for found in maps])


def require_page(args: argparse.Namespace) -> None:
    """Check `--out`.

    Raises:
        InputError: its ending is another one, a PNG would be too large, or the file cannot be written.
    """
    from mmwsss.utils.errors import InputError
    from mmwsss.utils.output import require_file
    ending = args.out.suffix.lower()
    if ending not in ('.html', '.png'):
        raise InputError(f'--out {args.out}: the page must end with .html or .png.')
    if ending == '.png':
        for option, count in (('words', len(args.words or range(args.top))), ('images', args.images)):
            if count > MOST[option]:
                raise InputError(f'--out {args.out}: a PNG shows at most {MOST[option]} {option}, got {count}. '
                                 'Choose fewer, or write an .html page.')
    require_file(args.out)


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


def shown_words(run: WordRun, maps: 'list[np.ndarray]', counts: 'np.ndarray', words: list[int],
                limit: int) -> list[ShownWord]:
    """Draw the regions of words.

    Args:
        run: model and images.
        maps: from :func:`nearest_words`.
        counts: from :func:`count_words`.
        words: to show.
        limit: number of images of each word.
    """
    from mmwsss.utils.progress import track
    from mmwsss.visualization.panels import shrink

    shown = []
    for word in track(words, 'words'):
        best = [int(image) for image in (-counts[:, word] / [found.size for found in maps]).argsort(kind='stable')
                if counts[image, word]][:limit]
        figures = []
        for image in best:
            item = run.dataset[image]
            picture = item['inputs'].numpy()[::-1].transpose(1, 2, 0)  # BGR (3, H, W) -> RGB (H, W, 3)
            name = item['data_samples'].metainfo.get('img_id', image)
            figures.append((f'{name}: {100 * counts[image, word] / maps[image].size:.1f} %',
                            shrink(draw_region(picture, maps[image] == word), SIDE)))
        shown.append(ShownWord(word, int((counts[:, word] > 0).sum()), counts[:, word].sum() / counts.sum(), figures))
    return shown


def write_html(shown: list[ShownWord], subtitle: str, images: int, out: Path) -> None:
    """Write the page as HTML; `images` is the number of all images."""
    from mmwsss.visualization.panels import image_uri
    from mmwsss.visualization.report_page import Page, Section, write_page

    rows = [(str(found.word), str(found.images), f'{100 * found.share:.2f} %') for found in shown]
    sections = [Section(f'Word {found.word}', [(caption, image_uri(image)) for caption, image in found.figures],
                        f'Nearest word somewhere in {found.images} of {images} images.'
                        if found.images else 'A dead word: the nearest one nowhere.') for found in shown]
    write_page(Page(title='Visual words', table_title='Words', columns=['word', 'images', 'pixels'], rows=rows,
                    sections=sections, subtitle=subtitle), out)


def write_png(shown: list[ShownWord], subtitle: str, out: Path) -> None:
    """Write the page as a figure, a row for each word."""
    from mmwsss.visualization.figures import gallery_figure, save_figure

    rows = [(f'Word {found.word}\n' + (f'{found.images} images\n{100 * found.share:.2f} % of pixels'
                                       if found.images else 'dead'), found.figures) for found in shown]
    save_figure(gallery_figure(subtitle, rows), out)


def main() -> None:
    """Encode the images, draw, and print how many words are used."""
    args = parse_args()
    with plain_errors():
        require_page(args)
    import_mmwsss()
    with plain_errors():
        run = WordRun(args)
        require_words(args.words or [], run.head.encoder.num_words)
        maps = nearest_words(run)
        counts = count_words(maps, run.head.encoder.num_words)
        shown = shown_words(run, maps, counts, args.words or most_used(counts, args.top), args.images)
        dead = [int(word) for word in (counts.sum(axis=0) == 0).nonzero()[0]]
        total = counts.shape[1]
        subtitle = (f'{args.config}, {args.checkpoint}: {total - len(dead)} of {total} words are the most probable one '
                    f'of any pixel in {len(maps)} images. Pixels of other words are pale.')
        if args.out.suffix.lower() == '.png':
            write_png(shown, subtitle, args.out)
        else:
            write_html(shown, subtitle, len(maps), args.out)
    print(f'words in use: {total - len(dead)} of {total}')
    named = ' '.join(map(str, dead[:SHOWN])) + (' ...' if len(dead) > SHOWN else '')
    print(f'dead words: {len(dead)}' + (f' ({named})' if dead else ''))
    print(f'page: {args.out}')


if __name__ == '__main__':
    main()
