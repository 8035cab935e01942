"""The position and colour of the CAM panels, and samples that the parent visualizes."""
from types import SimpleNamespace

import mmcv
import numpy as np
import pytest
import torch
from matplotlib import colormaps
from mmengine.structures import PixelData
from mmseg.engine.hooks import SegVisualizationHook
from mmseg.registry import VISUALIZERS
from mmseg.structures import SegDataSample
from mmseg.visualization import SegLocalVisualizer

from mmwsss.visualization import CAMLocalVisualizer

META = dict(classes=('background', 'cat', 'dog', 'person'),
            palette=[[0, 0, 0], [64, 0, 0], [64, 0, 128], [192, 128, 128]])
HEIGHT, WIDTH = 48, 64


@pytest.fixture
def image() -> np.ndarray:
    return np.random.randint(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)


@pytest.fixture
def sample() -> SegDataSample:
    """Cat on the left, person on the right, at stride 4."""
    cam = torch.zeros(2, HEIGHT // 4, WIDTH // 4)
    cam[0, :, :8] = 1.0
    cam[1, :, 8:] = 0.5
    return SegDataSample(
        metainfo=dict(img_path='x.jpg'), cam=PixelData(data=cam), cam_keys=torch.tensor([0, 2]),
        pred_score=torch.tensor([0.9, 0.1, 0.6]),
        gt_sem_seg=PixelData(data=torch.ones(1, HEIGHT, WIDTH, dtype=torch.int64)),
        pred_sem_seg=PixelData(data=torch.full((1, HEIGHT, WIDTH), 3)))


def visualizer(kind=CAMLocalVisualizer, **settings):
    made = kind(**settings)
    made.dataset_meta = META
    return made


def drawn(made, tmp_path, *arguments, **settings) -> np.ndarray:
    """The visualizer's output as RGB, without loss."""
    made.add_datasample('name', *arguments, out_file=str(tmp_path / 'out.png'), **settings)
    return mmcv.imread(str(tmp_path / 'out.png'), channel_order='rgb')


def panel(drawing: np.ndarray, row: int, column: int) -> np.ndarray:
    return drawing[row * HEIGHT:(row + 1) * HEIGHT, column * WIDTH:(column + 1) * WIDTH]


def test_panels_in_their_places(image, sample, tmp_path):
    drawing = drawn(visualizer(), tmp_path, image, sample, with_labels=False)
    assert drawing.shape == (2 * HEIGHT, 3 * WIDTH, 3)
    assert np.array_equal(panel(drawing, 0, 0), image)
    for column, colour in ((1, META['palette'][1]), (2, META['palette'][3])):
        expected = (image * (1 - 0.8) + np.array(colour) * 0.8).astype(np.uint8)
        assert np.array_equal(panel(drawing, 0, column), expected)
    assert (panel(drawing, 1, 2) == 255).all()


def test_heat_is_absolute(image, sample, tmp_path):
    """A score of 0.5 has the colour of 0.5, even as the maximum of its class."""
    drawing = drawn(visualizer(heat=0.4), tmp_path, image, sample, with_labels=False)
    left, right = np.s_[:, :WIDTH // 2 - 4], np.s_[:, WIDTH // 2 + 4:]  # off the bilinear edge
    for column, scores in ((0, (1.0, 0.0)), (1, (0.0, 0.5))):
        for half, score in zip((left, right), scores, strict=True):
            colour = np.array(colormaps['jet'](score)[:3]) * 255
            expected = (image[half] * 0.6 + colour * 0.4).astype(np.uint8)
            difference = panel(drawing, 1, column)[half].astype(int) - expected
            assert abs(difference).max() <= 1


def test_titles_name_the_class_and_its_probability(sample):
    made = visualizer()
    assert [made._title(key, sample) for key in (0, 2)] == ['cat 0.90', 'person 0.60']
    sample.pop('pred_score')
    assert made._title(2, sample) == 'person'


def test_titles_are_drawn_on_the_cams(image, sample, tmp_path):
    image = np.repeat(np.repeat(image, 4, 0), 4, 1)
    for field in ('gt_sem_seg', 'pred_sem_seg'):
        delattr(sample, field)
    plain = drawn(visualizer(), tmp_path, image, sample, with_labels=False).astype(int)
    titled = drawn(visualizer(), tmp_path, image, sample).astype(int)
    assert plain.shape == titled.shape == (HEIGHT * 4, WIDTH * 4 * 3, 3)
    changed = abs(plain - titled).max(axis=2) > 8
    assert not changed[:, :WIDTH * 4].any()  # the drawing itself has no title
    for column in (1, 2):
        part = changed[:, column * WIDTH * 4:(column + 1) * WIDTH * 4]
        assert part[:30].sum() > 200 and not part[40:].any()


def test_draw_gt_off(image, sample, tmp_path):
    drawing = drawn(visualizer(), tmp_path, image, sample, draw_gt=False, with_labels=False)
    del sample.gt_sem_seg
    assert np.array_equal(
        drawing, drawn(visualizer(), tmp_path, image, sample, with_labels=False))


def test_no_kept_class(image, sample, tmp_path):
    sample.cam = PixelData(data=torch.zeros(0, HEIGHT // 4, WIDTH // 4))
    sample.cam_keys = torch.zeros(0, dtype=torch.int64)
    drawing = drawn(visualizer(), tmp_path, image, sample)
    assert drawing.shape == (HEIGHT, 3 * WIDTH, 3)
    assert np.array_equal(panel(drawing, 0, 0), image)


@pytest.mark.parametrize('settings', [{}, dict(draw_gt=False), dict(with_labels=False)])
def test_without_cams_it_is_the_parent(image, sample, tmp_path, settings):
    sample.pop('cam')
    ours = drawn(visualizer(), tmp_path, image, sample, **settings)
    theirs = drawn(visualizer(SegLocalVisualizer), tmp_path, image, sample, **settings)
    assert np.array_equal(ours, theirs)


def test_without_predictions_it_is_the_parent(image, sample, tmp_path):
    ours = drawn(visualizer(), tmp_path, image, sample, draw_pred=False)
    theirs = drawn(visualizer(SegLocalVisualizer), tmp_path, image, sample, draw_pred=False)
    assert np.array_equal(ours, theirs)


def test_the_last_drawing_is_the_visualizers_image(image, sample, tmp_path):
    made = visualizer()
    written = drawn(made, tmp_path, image, sample)
    assert np.array_equal(made.get_image(), written)


def test_works_with_the_hook_of_mmseg(image, sample, tmp_path):
    """Validation and test visualize with MMSeg's hook."""
    path = tmp_path / 'drawing.png'
    mmcv.imwrite(mmcv.rgb2bgr(image), str(path))
    sample.set_metainfo(dict(img_path=str(path)))
    made = VISUALIZERS.build(dict(
        type='CAMLocalVisualizer', name='cam-hook-test', save_dir=str(tmp_path / 'drawn'),
        vis_backends=[dict(type='LocalVisBackend')]))
    made.dataset_meta = META
    hook = SegVisualizationHook(draw=True, interval=1)
    assert hook._visualizer is made
    runner = SimpleNamespace(iter=0)  # the only attribute that the hook reads
    hook.after_val_iter(runner, 0, {}, [sample])
    hook.after_test_iter(runner, 0, {}, [sample])
    files = sorted((tmp_path / 'drawn').rglob('*.png'))
    assert [file.name.split('_')[0] for file in files] == ['test', 'val']
    for file in files:
        assert mmcv.imread(str(file)).shape == (2 * HEIGHT, 3 * WIDTH, 3)


def test_a_real_image(voc6, tmp_path):
    """Any size, also if it is not a multiple of the CAM's stride."""
    drawing = mmcv.imread(str(voc6 / 'JPEGImages' / '2007_000392.jpg'), channel_order='rgb')
    height, width = drawing.shape[:2]
    sample = SegDataSample(cam=PixelData(data=torch.rand(1, -(-height // 4), -(-width // 4))),
                           cam_keys=torch.tensor([1]))
    result = drawn(visualizer(), tmp_path, drawing, sample)
    assert result.shape == (height, 2 * width, 3)
    assert np.array_equal(result[:, :width], drawing)


@pytest.mark.parametrize('size', [(1, 1), (1, 5), (5, 1)])
def test_sides_of_one_pixel(tmp_path, size):
    """With and without CAMs; the image is black, so that only class colours are visible."""
    black = np.zeros((*size, 3), np.uint8)
    sample = SegDataSample(gt_sem_seg=PixelData(data=torch.ones(1, *size, dtype=torch.int64)),
                           pred_sem_seg=PixelData(data=torch.full((1, *size), 3)))
    ours = drawn(visualizer(), tmp_path, black, sample, with_labels=False)
    truth, predicted = (np.broadcast_to((np.array(META['palette'][label]) * 0.8).astype(np.uint8), black.shape)
                        for label in (1, 3))
    np.testing.assert_array_equal(ours, np.concatenate([truth, predicted], axis=1))
    sample.cam, sample.cam_keys = PixelData(data=torch.ones(1, 1, 1)), torch.tensor([0])
    panels = drawn(visualizer(columns=4), tmp_path, black, sample, with_labels=False)
    heat = np.broadcast_to((np.array(colormaps['jet'](1.0)[:3]) * 255 * 0.5).astype(np.uint8), black.shape)
    np.testing.assert_array_equal(panels, np.concatenate([black, truth, predicted, heat], axis=1))
    assert drawn(visualizer(columns=4), tmp_path, black, sample).shape == panels.shape  # with names
