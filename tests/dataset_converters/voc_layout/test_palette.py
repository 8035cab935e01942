"""VOC's colours."""
import numpy as np
from mmseg.datasets import PascalVOCDataset
from voc_layout.palette import palette_image


def test_palette_is_that_of_mmseg():
    palette = np.array(palette_image(np.zeros((1, 1), np.uint8)).getpalette()).reshape(-1, 3)
    np.testing.assert_array_equal(palette[:21], PascalVOCDataset.METAINFO['palette'])
    np.testing.assert_array_equal(palette[255], (224, 224, 192))  # the colour of VOC's contours
