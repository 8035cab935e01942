"""DenseCRF as a local refinement."""
from torch import Tensor

from mmwsss.pseudo_labels.crf import dense_crf, load_densecrf
from mmwsss.registry import LOCAL_REFINEMENTS

from .local_refinement import LocalRefinement


@LOCAL_REFINEMENTS.register_module()
class DenseCRF(LocalRefinement):
    """A fully connected CRF whose pairwise terms follow position and colour; see :func:`dense_crf`.

    Kraehenbuehl, Koltun: Efficient Inference in Fully Connected CRFs with Gaussian Edge Potentials, NIPS 2011.

    The defaults are IRN's for label maps; `CRFIoUMetric` sets those of DeepLabv2 at test time.

    Args:
        gt_prob: probability of a pixel's own label where a label map is refined.
        steps: mean-field iterations.
        gaussian_sxy: width of the smoothness kernel, in pixels.
        gaussian_compat: its weight.
        bilateral_sxy: width of the appearance kernel, in pixels.
        bilateral_srgb: its width in colour, in steps of 256.
        bilateral_compat: its weight.
        min_prob: classes that have at most this probability in every pixel count as absent.
    """

    def __init__(self,
                 gt_prob: float = 0.7,
                 steps: int = 10,
                 gaussian_sxy: float = 3,
                 gaussian_compat: float = 3,
                 bilateral_sxy: float = 50,
                 bilateral_srgb: float = 5,
                 bilateral_compat: float = 10,
                 min_prob: float = 0.05) -> None:
        super().__init__(gt_prob)
        self.settings = dict(steps=steps, gaussian_sxy=gaussian_sxy, gaussian_compat=gaussian_compat,
                             bilateral_sxy=bilateral_sxy, bilateral_srgb=bilateral_srgb,
                             bilateral_compat=bilateral_compat, min_prob=min_prob)

    def check(self) -> None:
        """Check that `pydensecrf` is installed."""
        load_densecrf()

    def refine(self, image: Tensor, scores: Tensor) -> Tensor:
        """See `LocalRefinement`; the inference runs on the CPU, whatever the device of `scores`."""
        return dense_crf(image, scores, **self.settings)
