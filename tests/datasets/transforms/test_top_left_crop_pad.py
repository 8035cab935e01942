import numpy as np

from mmwsss.datasets.transforms import TopLeftCropPad


def test_crops_and_pads_on_the_right_and_below():
    img = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    done = TopLeftCropPad(crop_size=(5, 4), pad_val=(1, 2, 3)).transform(dict(img=img))['img']
    np.testing.assert_array_equal(done[:4], img[:, :4])
    np.testing.assert_array_equal(done[4], np.tile([3, 2, 1], (4, 1)))
