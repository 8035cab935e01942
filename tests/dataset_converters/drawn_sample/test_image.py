"""One image and its mask."""
import numpy as np
import pytest
from drawn_sample.image import draw_image
from PIL import Image


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
