"""One image and its mask, and the visible parts of the objects."""
import numpy as np
import pytest
from drawn_sample import scene
from drawn_sample.objects import SAMPLE_CLASSES
from drawn_sample.scene import draw_image
from drawn_sample.shapes import Canvas
from PIL import Image
from voc_layout import CLASSES


@pytest.mark.parametrize('name', SAMPLE_CLASSES)
def test_an_object_with_nothing_before_it_is_seen_as_counted(name):
    rng = np.random.default_rng(3)
    canvas = Canvas(np.zeros((400, 2000, 3), dtype=np.uint8))
    seen = []
    for number in range(3):
        canvas.owner[:], canvas.label[:] = -1, 0
        area, head_area = scene.place_object(rng, canvas, name, number, unit=120, bottom=380)
        head, rest = (np.count_nonzero(canvas.owner == 2 * number + part) for part in (1, 0))
        assert np.count_nonzero(canvas.label == CLASSES.index(name)) == head + rest
        # The part that determines the class is smaller.
        assert 0.05 < head_area / area < 0.5
        seen.append((head + rest) / area)
    assert max(seen) == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize('split, index', [('train', 3), ('train', 5), ('val', 4)])
def test_what_hides_heads_or_bodies_is_drawn_again(split, index, monkeypatch):
    kept, draw_scene = [], scene.draw_scene

    def watch(rng, canvas, names, *rest):
        result = draw_scene(rng, canvas, names, *rest)
        if result is not None:
            kept.append((result, names))
        return result

    monkeypatch.setattr(scene, 'draw_scene', watch)
    draw_image(index, split, 64, 0)
    (canvas, names), = kept
    for number in range(len(names)):
        assert np.count_nonzero(canvas.owner == 2 * number + 1) > 0
        assert np.count_nonzero(canvas.owner == 2 * number) > 0
    hidden = Canvas(canvas.rgb)
    monkeypatch.setattr(scene, 'place_object', lambda *args: (100, 50))
    assert draw_scene(np.random.default_rng(0), hidden, names, 'room', 40) is None


def test_a_image_depends_on_seed_split_and_index_alone(drawn):
    image, mask = draw_image(1, 'val', 64, 0)
    with Image.open(drawn / 'SegmentationClass' / 'val_0001.png') as stored:
        np.testing.assert_array_equal(mask, np.array(stored))
    for arguments in ((1, 'val', 64, 1), (1, 'train', 64, 0), (0, 'val', 64, 0)):
        other = draw_image(*arguments)[0]
        assert other.shape != image.shape or np.abs(other.astype(int) - image).mean() > 10


@pytest.mark.parametrize('size', [65, 67, 70])
def test_any_size_of_images(size):
    shapes = {draw_image(index, 'train', size, 0)[1].shape for index in range(4)}
    assert all(max(shape) == size and min(shape) in (size, size * 3 // 4) for shape in shapes)
