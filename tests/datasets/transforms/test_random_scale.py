import numpy as np
import pytest
from PIL import Image

from mmwsss.datasets.transforms import RandomScale
from mmwsss.utils.errors import InputError


def test_scales_its_own_size():
    rng = np.random.default_rng(0)
    img = rng.integers(0, 256, (40, 60, 3), dtype=np.uint8)
    labels = rng.integers(0, 5, (40, 60), dtype=np.uint8)
    done = RandomScale(1.5, 1.5).transform(dict(img=img, gt_seg_map=labels))
    assert done['img'].shape == (60, 90, 3)
    expected = np.asarray(Image.fromarray(labels).resize((90, 60), Image.NEAREST))
    np.testing.assert_array_equal(done['gt_seg_map'], expected)


def test_draws_from_the_whole_range():
    np.random.seed(0)
    step = RandomScale(0.5, 2)
    sizes = [max(step.transform(dict(img=np.zeros((20, 10, 3), np.uint8)))['img'].shape) for _ in range(200)]
    assert min(sizes) in (10, 11) and max(sizes) in (39, 40) and 23 < np.mean(sizes) < 27


@pytest.mark.parametrize('limits', [(0, 1), (1.5, 1)])
def test_bad_range(limits):
    with pytest.raises(InputError, match='min_scale'):
        RandomScale(*limits)
