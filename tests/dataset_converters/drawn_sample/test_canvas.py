"""The canvas, against loops."""
import numpy as np
from drawn_sample.canvas import Canvas, reduce_canvas


def test_reduced_canvas_against_loops():
    draw = np.random.default_rng(0)
    canvas = Canvas(draw.integers(0, 256, (12, 18, 3), dtype=np.uint8))
    canvas.label[2:7, 4:11] = 8
    canvas.label[6:9, 3:9] = 12
    image, mask = reduce_canvas(canvas)
    assert image.shape == (4, 6, 3) and mask.shape == (4, 6)
    for row in range(4):
        for column in range(6):
            block = np.s_[3 * row:3 * row + 3, 3 * column:3 * column + 3]
            classes = set(canvas.label[block].ravel().tolist())
            assert mask[row, column] == (classes.pop() if len(classes) == 1 else 255)
            for channel in range(3):
                assert image[row, column, channel] == int(canvas.rgb[block][..., channel].sum()) // 9
