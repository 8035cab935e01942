"""The interactive part of a report in headless Chromium; skipped where there is none."""
import cv2
import numpy as np
import pytest
from browser import run_in_page

from mmwsss.visualization.explorer import THRESHOLDS, Layer, PixelMap, curve_data, explorer_data
from mmwsss.visualization.panels import image_uri
from mmwsss.visualization.report_page import Page, Row, write_page

SIZES = [(20, 30), (24, 16), (18, 18)]
CLASSES = ['background', 'cat', 'dog']
PRESENT = [[1], [1, 2], [2]]
STEPS = [0, 25, 40, 99]


def smooth(generator, size):
    """Scores in [0, 1] that change slowly."""
    return cv2.GaussianBlur(generator.random(size, dtype=np.float32), (0, 0), 2) * 1.6 - 0.5


def blocks(generator, size):
    """Classes 1 and 2 in squares, so that some pixels are at no edge."""
    coarse = generator.integers(1, 3, [-(-side // 6) for side in size], dtype=np.uint8)
    return np.kron(coarse, np.ones((6, 6), np.uint8))[:size[0], :size[1]]


@pytest.fixture(scope='module')
def maps():
    """Random scores, labels and masks, different in each image."""
    generator = np.random.default_rng(3)
    found = dict(cams=[PixelMap(blocks(generator, size), smooth(generator, size))
                       for size in SIZES])
    for title, flips in (('labels', (0.9, 0.1, 0.5)), ('prediction', (0.2, 0.6, 0.4)),
                         ('ground truth', (0.3, 0.3, 0.3))):
        found[title] = []
        for size, flip in zip(SIZES, flips, strict=True):
            labels = np.where(generator.random(size) < flip, generator.integers(0, 3, size), 0).astype(np.uint8)
            labels[generator.random(size) < 0.05] = 255
            found[title].append(PixelMap(labels))
    return found


def curve_of(masks):
    """A file in the form of a CAMIoUMetric's; the page shows its numbers, whatever the maps are."""
    numbers = np.random.default_rng(4).random((4, 100)).round(4) * 100
    curve = dict(thresholds=list(THRESHOLDS), num_pictures=40, auto=dict(thr=0.31),
                 score_histogram=dict(pixels=list(range(101, 0, -1))))
    if masks:
        curve.update(mIoU=numbers[0].tolist(), best=dict(thr=0.25),
                     IoU=dict(zip(CLASSES, numbers[1:].tolist(), strict=True)))
    return curve


def write(folder, maps, masks=True, curve=True):
    titles = [title for title in maps if masks or title != 'ground truth']
    data = curve_data(curve_of(masks)) if curve else None
    layers = [Layer(title, maps[title], data if title == 'cams' else None) for title in titles]
    pairs = [('cams', 'labels'), ('labels', 'prediction')]
    images = [Row(f'image {place}', [image_uri(np.full((*size, 3), 90, np.uint8), 'png')])
              for place, size in enumerate(SIZES)]
    page = Page('Report', '', ['stage'], [('cams', )], [], ['image'], images, '',
                list(zip(CLASSES, ('#000000', '#400000', '#004000'), strict=True)),
                explorer=explorer_data(layers, pairs, 'ground truth' if masks else None, SIZES, PRESENT))
    write_page(page, folder / 'report.html')
    return folder / 'report.html'


@pytest.fixture(scope='module')
def page(tmp_path_factory, maps):
    return write(tmp_path_factory.mktemp('page'), maps)


def mask(entry, step):
    return np.where(entry.scores > np.float32(step / 100), entry.labels, 0)


def differ(first, second):
    both = (first != 255) & (second != 255)
    return f'{100 * np.mean(first[both] != second[both]):.1f} %'


def miou(pairs):
    """The mean IoU of masks and ground truths, as MMSeg computes it."""
    mask, truth = (np.concatenate([part.ravel() for part in parts]) for parts in zip(*pairs, strict=True))
    mask, truth = mask[truth != 255], truth[truth != 255]
    unions = [(np.sum((mask == label) & (truth == label)), np.sum((mask == label) | (truth == label)))
              for label in range(len(CLASSES))]
    return f'{100 * np.mean([both / union for both, union in unions if union]):.1f} %'


def test_numbers_follow_the_slider(page, maps):
    found = run_in_page(page, f'''
        return {STEPS}.map(step => {{
          move(step);
          return {{ iou: text('all-iou'), foreground: text('all-foreground'), shown: text('shown'),
                   value: text('threshold-value'), title: text('mask-title'), place: find('place').getAttribute('d'),
                   spoken: find('threshold').getAttribute('aria-valuetext'),
                   images: [...document.querySelectorAll('.name .figures')].map(entry => entry.textContent) }};
        }});''')
    curve, data = curve_of(True), curve_data(curve_of(True))
    for step, seen in zip(STEPS, found, strict=True):
        assert seen['iou'] == f"{curve['mIoU'][step]:.2f} % of 40 images"
        assert seen['foreground'] == f"{data['foreground'][step]:.1f} % of 40 images"
        assert seen['value'] == seen['spoken'] == f'{step / 100:.2f}'
        assert seen['title'] == f'cams above {step / 100:.2f}'
        assert float(seen['place'][1:].split()[0]) == pytest.approx(8 + 384 * step / 99)
        masks = [mask(entry, step) for entry in maps['cams']]
        truths = [entry.labels for entry in maps['ground truth']]
        for place, line in enumerate(seen['images']):
            labels, predicted = maps['labels'][place].labels, maps['prediction'][place].labels
            assert line.split(' · ') == [
                f'· foreground {100 * np.mean(masks[place] > 0):.1f} %',
                f'mIoU {miou([(masks[place], truths[place])])}',
                f'cams / labels differ {differ(masks[place], labels)}',
                f'labels / prediction differ {differ(labels, predicted)}']
        total = np.concatenate([entry.ravel() for entry in masks])
        assert seen['shown'] == (f'3 of 3, foreground {100 * np.mean(total > 0):.1f} %, '
                                 f'mIoU {miou(list(zip(masks, truths, strict=True)))}')


def at_edge(labels, row, column):
    """Whether a neighbour has another class."""
    near = ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1))
    return any(labels[place] != labels[row, column] for place in near
               if 0 <= place[0] < labels.shape[0] and 0 <= place[1] < labels.shape[1])


def test_masks_are_drawn(page, maps):
    """In the class's colour over the grey image, with a white line around; background shows the image."""
    found = run_in_page(page, '''
        move(25);
        return [...document.querySelectorAll('td.mask canvas')].map(canvas =>
          [canvas.width, canvas.height,
           ...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]);''')
    grey = np.full(3, 90)
    kinds = set()
    for entry, (width, height, *pixels) in zip(maps['cams'], found, strict=True):
        drawn, labels = np.array(pixels).reshape(height, width, 4)[..., :3], mask(entry, 25)
        assert labels.shape == (height, width)
        for (row, column), label in np.ndenumerate(labels):
            colour, share = (grey, 0) if label == 0 else (np.full(3, 255), 0.9) if at_edge(labels, row, column) else (
                np.array([[64, 0, 0], [0, 64, 0]][label - 1]), 150 / 255)
            assert np.abs(drawn[row, column] - (share * colour + (1 - share) * grey)).max() <= 2
            kinds.add((int(label), share))
    assert len(kinds) == 5  # both classes, inside and at their edges, and background


def test_filter_and_order(page, maps):
    found = run_in_page(page, '''
        const seen = {};
        move(25);
        for (const option of [...find('order').options].map(entry => entry.value)) {
          set('order', option, 'change');
          seen[option] = names();
        }
        set('order', '', 'change');
        set('filter', '1', 'change');
        return { orders: seen, cats: names(), iou: text('all-iou'), called: text('iou-name'),
                 shown: text('shown') };''')
    labels = [entry.labels for entry in maps['labels']]

    def sort(values):
        return [f'image {place}' for place in np.argsort(-np.array(values), kind='stable')]
    assert list(found['orders']) == ['', '0 1', '1 2', 'iou']
    assert found['orders'][''] == ['image 0', 'image 1', 'image 2'] and found['cats'] == ['image 0', 'image 1']
    masks = [mask(entry, 25) for entry in maps['cams']]
    predicted = [entry.labels for entry in maps['prediction']]
    for key, one, other in (('0 1', masks, labels), ('1 2', labels, predicted)):
        shares = [float(differ(*both)[:-2]) for both in zip(one, other, strict=True)]
        assert found['orders'][key] == sort(shares)
    assert found['iou'] == f"{curve_of(True)['IoU']['cat'][25]:.2f} % of 40 images" and found['called'] == 'IoU of cat'
    assert found['shown'].startswith('2 of 3,')


def test_keyboard_zoom_and_colours(page):
    found = run_in_page(page, '''
        const buttons = [...document.querySelectorAll('button.zoom')], dialog = find('zoom'), seen = {};
        const labelled = [...document.querySelectorAll('input, select')].map(entry => entry.labels.length);
        buttons[1].click();
        seen.open = [dialog.open, text('zoom-title'), dialog.querySelector('canvas').width];
        dialog.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }));
        seen.next = text('zoom-title');
        find('close').click();
        for (let turn = 0; turn < 100 && document.activeElement !== buttons[2]; turn++)
            await new Promise(resolve => setTimeout(resolve, 50));
        seen.closed = [dialog.open, document.activeElement === buttons[2]];
        const theme = () => [document.documentElement.dataset.theme, getComputedStyle(document.body).backgroundColor,
                             text('theme')];
        seen.themes = [theme()];
        find('theme').click();
        seen.themes.push(theme());
        return { ...seen, labelled, value: text('threshold-value'),
                 unnamed: [...document.querySelectorAll('canvas')].filter(entry => !entry.ariaLabel).length };''',
                        '#threshold=0.4&theme=dark')
    assert found['open'] == [True, 'image 0: cams above 0.40', 30] and found['next'] == 'image 1: image'
    assert found['closed'] == [False, True] and found['value'] == '0.40'
    assert found['themes'] == [['dark', 'rgb(20, 23, 30)', 'Light colours'],
                               ['light', 'rgb(255, 255, 255)', 'Dark colours']]
    assert set(found['labelled']) == {1} and found['unnamed'] == 0


def test_without_masks_and_without_a_curve(tmp_path, maps):
    look = '''move(40); return { shown: text('shown'), curve: !find('curve').hasAttribute('hidden'),
        iou: !find('all-iou').hidden, foreground: !find('all-foreground').hidden,
        orders: [...find('order').options].map(entry => entry.value), line: text('all-foreground') };'''
    share = 100 * np.mean(np.concatenate([mask(entry, 40).ravel() for entry in maps['cams']]) > 0)
    found = run_in_page(write(tmp_path, maps, masks=False), look)
    assert found == dict(shown=f'3 of 3, foreground {share:.1f} %', curve=True, iou=False, foreground=True,
                         orders=['', '0 1', '1 2'],
                         line=f"{curve_data(curve_of(False))['foreground'][40]:.1f} % of 40 images")
    found = run_in_page(write(tmp_path, maps, masks=False, curve=False), look)
    assert found == dict(shown=f'3 of 3, foreground {share:.1f} %', curve=False, iou=False, foreground=False,
                         orders=['', '0 1', '1 2'], line='')


def test_without_scores(tmp_path, maps):
    del (others := dict(maps))['cams']
    data = explorer_data([Layer(title, entries) for title, entries in others.items()], [('labels', 'prediction')],
                         'ground truth', SIZES, PRESENT)
    images = [Row(f'image {place}', [image_uri(np.full((9, 9, 3), 90, np.uint8))]) for place in range(3)]
    write_page(Page('Report', '', ['stage'], [], [], ['image'], images, '', [(name, '#000000') for name in CLASSES],
                    explorer=data), tmp_path / 'report.html')
    found = run_in_page(tmp_path / 'report.html', '''set('filter', '2', 'change');
        return [names(), find('threshold-box').hidden, text('shown'),
                [...document.querySelectorAll('.name .figures')].map(entry => entry.textContent)];''')
    assert found[:3] == [['image 1', 'image 2'], True, '2 of 3']
    assert found[3] == [f'· labels / prediction differ {differ(first.labels, second.labels)}'
                        for first, second in zip(maps['labels'], maps['prediction'], strict=True)]
