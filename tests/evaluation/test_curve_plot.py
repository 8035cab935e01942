"""The PNG of the curve."""
import matplotlib
import numpy as np
from PIL import Image

from mmwsss.evaluation.curve_plot import plot_curve
from mmwsss.visualization.figures import COLOURS

THRESHOLDS = [percent / 100 for percent in range(100)]


def drawn(path, miou, marks) -> np.ndarray:
    plot_curve(path, THRESHOLDS, miou, marks)
    return np.asarray(Image.open(path).convert('RGB')).astype(int)


def test_draws_the_curve_and_its_marks(tmp_path):
    miou = [60 - 100 * (threshold - 0.3) ** 2 for threshold in THRESHOLDS]
    one = drawn(tmp_path / 'one.png', miou, {'best': 30})
    two = drawn(tmp_path / 'two.png', miou, {'best': 30, 'auto': 60})
    assert one.shape == two.shape == (480, 780, 3)
    blue, grey = ([int(colour[place:place + 2], 16) for place in (1, 3, 5)] for colour in (COLOURS[0], '#333333'))
    assert (one == blue).all(axis=2).sum() > 500  # the curve
    marked, twice = ((image == grey).all(axis=2).sum() for image in (one, two))
    assert 60 < marked < twice - 60  # markers on the curve and in the legend
    other = drawn(tmp_path / 'other.png', miou[:31] + [20.0] * 69, {'best': 30})
    assert (other != one).any(axis=2).sum() > 500  # the curve itself is in the image


def test_leaves_matplotlib_alone(tmp_path):
    import matplotlib.pyplot as plt
    backend, figures = matplotlib.get_backend(), plt.get_fignums()
    drawn(tmp_path / 'curve.png', [50.0] * 100, {'best': 3, 'auto': 5})
    assert (matplotlib.get_backend(), plt.get_fignums()) == (backend, figures)
    assert [path.name for path in tmp_path.iterdir()] == ['curve.png']
