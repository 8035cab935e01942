"""Figures: their content and their embedding."""
import base64
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image

from mmwsss.visualization.figures import (
    CAPTION,
    GAP,
    LINE,
    NAME,
    SMALL,
    bar_figure,
    curve_figure,
    data_uri,
    gallery_figure,
    image_figure,
    point_figure,
    save_figure,
)


def test_curves_and_marks():
    figure = curve_figure({'loss': ([1, 2, 3], [3.0, 2.0, 1.5]), 'part': ([1, 3], [1.0, 0.5])}, 'iteration', 'loss',
                          {'end': (3, 1.5)})
    axes = figure.axes[0]
    lines = {line.get_label(): (list(line.get_xdata()), list(line.get_ydata())) for line in axes.lines}
    assert lines == {'loss': ([1, 2, 3], [3.0, 2.0, 1.5]), 'part': ([1, 3], [1.0, 0.5]), 'end': ([3], [1.5])}
    assert axes.get_xlabel() == 'iteration' and axes.get_ylim()[0] == 0
    assert len({line.get_color() for line in axes.lines}) == 3


def test_many_curves_differ_in_colour_or_dashes():
    axes = curve_figure({f'run {index}': ([1], [index]) for index in range(15)}, 'iteration', 'loss').axes[0]
    assert len({(line.get_color(), line.get_linestyle()) for line in axes.lines}) == 15


def test_bars():
    axes = bar_figure(['cat', 'cow'], {'CAM': [50, None], 'after': [60, 70]}, 'IoU (%)').axes[0]
    assert [bar.get_height() for bar in axes.patches] == [50, 0, 60, 70]
    starts = [bar.get_x() for bar in axes.patches]
    assert starts == pytest.approx([-0.4, 0.6, 0.0, 1.0])  # two groups of 0.8 around 0 and 1
    assert [label.get_text() for label in axes.get_xticklabels()] == ['cat', 'cow']


def test_images_side_by_side(tmp_path):
    wide, high = np.full((30, 60, 3), 9, np.uint8), np.full((90, 60, 3), 200, np.uint8)
    figure = image_figure(['image', 'a $ b'], [[wide, None], [high, high]])
    assert [axes.get_title() for axes in figure.axes[:2]] == ['image', 'a $ b']
    shown = [[image.get_array() for image in axes.images] for axes in figure.axes]
    assert [len(images) for images in shown] == [1, 0, 1, 1]
    assert np.array_equal(shown[0][0], wide) and np.array_equal(shown[3][0], high)
    for suffix, head in (('png', b'\x89PNG'), ('jpg', b'\xff\xd8'), ('svg', b'<?xml')):
        save_figure(figure, tmp_path / f'x.{suffix}')
        assert (tmp_path / f'x.{suffix}').read_bytes().startswith(head)


def test_a_row_without_images(tmp_path):
    figure = image_figure(['a'], [[np.zeros((30, 40, 3), np.uint8)], [None]])
    assert [len(axes.images) for axes in figure.axes] == [1, 0]
    save_figure(figure, tmp_path / 'x.png')


def test_a_gallery_is_exact_pixel_by_pixel(tmp_path):
    first, second = (np.random.default_rng(seed).integers(0, 256, (30 + seed, 47, 3), np.uint8) for seed in (0, 1))
    figure = gallery_figure('$ title', [('a', [('x', first), ('y' * 9, second)]), ('none', [])])
    assert [axes.get_title('left') for axes in figure.axes] == ['x', 'y' * 9]
    assert [text.get_text() for text in figure.texts] == ['$ title', 'a', 'none']
    save_figure(figure, tmp_path / 'x.png')
    page = np.asarray(Image.open(tmp_path / 'x.png').convert('RGB'))
    assert page.shape == (2 * LINE + 2 * (31 + CAPTION + GAP), NAME + 2 * (9 * SMALL + GAP), 3)
    top = 2 * LINE + CAPTION
    assert np.array_equal(page[top:top + 30, NAME:NAME + 47], first)
    assert np.array_equal(page[top:top + 31, NAME + 9 * SMALL + GAP:][:, :47], second)
    assert gallery_figure('all dead', [('word 3', [])]).get_size_inches().min() > 0.3


def test_points_with_means_and_deviations(tmp_path):
    figure = point_figure(['a', 'b'], {'CAM': [[1.0, 3.0], [5.0]], 'after': [[], [7.0, 7.0, 10.0]]}, 'mIoU (%)')
    axes = figure.axes[0]
    means = [list(container.lines[0].get_ydata()) for container in axes.containers]
    assert means == [[2, 5], [8]]
    bars = [[segment[:, 1].tolist() for segment in container.lines[2][0].get_segments()]
            for container in axes.containers]
    deviation = 2 ** 0.5
    assert sum(bars[0], []) == pytest.approx([2 - deviation, 2 + deviation, 5, 5]) and len(bars[1]) == 1
    singles = [sorted(line.get_ydata()) for line in axes.lines if line.get_marker() == '.']
    assert singles == [[1, 3, 5], [7, 7, 10]]
    for suffix, head in (('png', b'\x89PNG'), ('svg', b'<?xml')):
        save_figure(figure, tmp_path / f'x.{suffix}')
        assert (tmp_path / f'x.{suffix}').read_bytes().startswith(head)


def test_embedding():
    uris = [data_uri(curve_figure({'a': ([0, 1], [0, 1])}, 'x & y', 'z')) for _ in range(2)]
    head, content = uris[0].split(',')
    assert head == 'data:image/svg+xml;base64'
    assert ElementTree.fromstring(base64.b64decode(content)).tag.endswith('svg')
    assert uris[0] == uris[1]


@pytest.mark.parametrize('names', [['a$b$c', '$x_{$'], ['a$\\foo$', 'b']])
def test_a_dollar_begins_no_formula(names):
    bars = bar_figure(names, {name: [1, 2] for name in names}, names[0])
    curves = curve_figure({name: ([0, 1], [0, 1]) for name in names}, *names, {'$\\bar$': (1, 1)})
    for figure, shown in ((bars, [*names, *names, names[0]]), (curves, [*names, *names, '$\\bar$'])):
        svg = base64.b64decode(data_uri(figure).split(',')[1]).decode()
        assert sum(svg.count(f'<!-- {name} -->') for name in {*shown}) == len(shown)
